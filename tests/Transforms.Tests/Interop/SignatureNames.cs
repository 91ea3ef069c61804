using System.Collections.Immutable;
using System.Reflection.Metadata;

namespace MLExtensions.Transforms.Tests.Interop;

/// <summary>Turns signatures into text that is the same in every assembly, and notes each referenced type on the way.</summary>
internal sealed class SignatureNames(Action<TypeReferenceHandle>? found = null) : ISignatureTypeProvider<string, object?>
{
    public static string Text(MethodSignature<string> signature) =>
        $"{signature.ReturnType}`{signature.GenericParameterCount}({string.Join(", ", signature.ParameterTypes)})";

    public static string Of(MetadataReader reader, TypeDefinition type) => type.GetDeclaringType().IsNil
        ? Full(reader.GetString(type.Namespace), reader.GetString(type.Name))
        : Of(reader, reader.GetTypeDefinition(type.GetDeclaringType())) + "+" + reader.GetString(type.Name);

    public static string Of(MetadataReader reader, TypeReference type) => type.ResolutionScope.Kind == HandleKind.TypeReference
        ? Of(reader, reader.GetTypeReference((TypeReferenceHandle)type.ResolutionScope)) + "+" + reader.GetString(type.Name)
        : Full(reader.GetString(type.Namespace), reader.GetString(type.Name));

    public string GetTypeFromReference(MetadataReader reader, TypeReferenceHandle handle, byte rawTypeKind)
    {
        found?.Invoke(handle);
        return Of(reader, reader.GetTypeReference(handle));
    }

    public string GetTypeFromDefinition(MetadataReader reader, TypeDefinitionHandle handle, byte rawTypeKind) => Of(reader, reader.GetTypeDefinition(handle));

    public string GetTypeFromSpecification(MetadataReader reader, object? genericContext, TypeSpecificationHandle handle, byte rawTypeKind) =>
        reader.GetTypeSpecification(handle).DecodeSignature(this, genericContext);

    public string GetArrayType(string elementType, ArrayShape shape) => $"{elementType}[{shape.Rank}]";

    public string GetByReferenceType(string elementType) => elementType + "&";

    public string GetFunctionPointerType(MethodSignature<string> signature) => "method " + Text(signature);

    public string GetGenericInstantiation(string genericType, ImmutableArray<string> typeArguments) => $"{genericType}<{string.Join(", ", typeArguments)}>";

    public string GetGenericMethodParameter(object? genericContext, int index) => $"!!{index}";

    public string GetGenericTypeParameter(object? genericContext, int index) => $"!{index}";

    public string GetModifiedType(string modifier, string unmodifiedType, bool isRequired) => unmodifiedType;

    public string GetPinnedType(string elementType) => elementType;

    public string GetPointerType(string elementType) => elementType + "*";

    public string GetPrimitiveType(PrimitiveTypeCode typeCode) => typeCode.ToString();

    public string GetSZArrayType(string elementType) => elementType + "[]";

    private static string Full(string space, string name) => space.Length == 0 ? name : space + "." + name;
}
