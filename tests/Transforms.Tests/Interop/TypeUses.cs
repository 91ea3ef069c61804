using System.Reflection.Emit;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;

namespace MLExtensions.Transforms.Tests.Interop;

/// <summary>Everything of other assemblies that one type of ours names: base, interfaces, constraints, signatures, attributes, and the tokens in its methods' code.</summary>
internal sealed class TypeUses
{
    private static readonly OpCode[] OneByte = new OpCode[256], TwoBytes = new OpCode[256];

    private readonly AssemblyFile _assembly;
    private readonly MetadataReader _reader;
    private readonly SignatureNames _names;

    static TypeUses()
    {
        foreach (OpCode code in typeof(OpCodes).GetFields().Where(field => field.FieldType == typeof(OpCode)).Select(field => (OpCode)field.GetValue(null)!))
            (code.Size == 1 ? OneByte : TwoBytes)[code.Value & 0xff] = code;
    }

    public TypeUses(AssemblyFile assembly, TypeDefinition type)
    {
        _assembly = assembly;
        _reader = assembly.Metadata;
        _names = new SignatureNames(handle => Types.Add(handle));
        Visit(type.BaseType);
        foreach (InterfaceImplementation implementation in type.GetInterfaceImplementations().Select(_reader.GetInterfaceImplementation))
            Visit(implementation.Interface);
        Visit(type.GetGenericParameters());
        Visit(type.GetCustomAttributes());
        foreach (FieldDefinition field in type.GetFields().Select(_reader.GetFieldDefinition))
        {
            field.DecodeSignature(_names, null);
            Visit(field.GetCustomAttributes());
        }

        foreach (PropertyDefinition property in type.GetProperties().Select(_reader.GetPropertyDefinition))
            Visit(property.GetCustomAttributes());
        foreach (MethodDefinition method in type.GetMethods().Select(_reader.GetMethodDefinition))
            Visit(method);
        foreach (MethodImplementation implementation in type.GetMethodImplementations().Select(_reader.GetMethodImplementation))
            Visit(implementation.MethodDeclaration);
    }

    public HashSet<TypeReferenceHandle> Types { get; } = [];

    public HashSet<MemberReferenceHandle> Members { get; } = [];

    private void Visit(MethodDefinition method)
    {
        method.DecodeSignature(_names, null);
        Visit(method.GetGenericParameters());
        Visit(method.GetCustomAttributes());
        foreach (Parameter parameter in method.GetParameters().Select(_reader.GetParameter))
            Visit(parameter.GetCustomAttributes());
        if (_assembly.Body(method) is not { } body)
            return;
        if (!body.LocalSignature.IsNil)
            _reader.GetStandaloneSignature(body.LocalSignature).DecodeLocalSignature(_names, null);
        foreach (ExceptionRegion region in body.ExceptionRegions)
            Visit(region.CatchType);
        VisitCode(body.GetILReader());
    }

    private void VisitCode(BlobReader code)
    {
        while (code.RemainingBytes > 0)
        {
            byte first = code.ReadByte();
            OpCode operation = first == 0xfe ? TwoBytes[code.ReadByte()] : OneByte[first];
            switch (operation.OperandType)
            {
                case OperandType.InlineField or OperandType.InlineMethod or OperandType.InlineTok or OperandType.InlineType or OperandType.InlineSig:
                    Visit(MetadataTokens.EntityHandle(code.ReadInt32()));
                    break;
                case OperandType.InlineSwitch:
                    code.Offset += 4 * code.ReadInt32();
                    break;
                default:
                    code.Offset += Size(operation.OperandType);
                    break;
            }
        }
    }

    private static int Size(OperandType type) => type switch
    {
        OperandType.InlineNone => 0,
        OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
        OperandType.InlineVar => 2,
        OperandType.InlineI8 or OperandType.InlineR => 8,
        _ => 4,
    };

    private void Visit(GenericParameterHandleCollection parameters)
    {
        foreach (GenericParameter parameter in parameters.Select(_reader.GetGenericParameter))
            foreach (GenericParameterConstraint constraint in parameter.GetConstraints().Select(_reader.GetGenericParameterConstraint))
                Visit(constraint.Type);
    }

    private void Visit(CustomAttributeHandleCollection attributes)
    {
        foreach (CustomAttribute attribute in attributes.Select(_reader.GetCustomAttribute))
            Visit(attribute.Constructor);
    }

    private void Visit(EntityHandle handle)
    {
        if (handle.IsNil)
            return;
        switch (handle.Kind)
        {
            case HandleKind.TypeReference:
                Types.Add((TypeReferenceHandle)handle);
                break;
            case HandleKind.TypeSpecification:
                _reader.GetTypeSpecification((TypeSpecificationHandle)handle).DecodeSignature(_names, null);
                break;
            case HandleKind.MethodSpecification:
                MethodSpecification method = _reader.GetMethodSpecification((MethodSpecificationHandle)handle);
                method.DecodeSignature(_names, null);
                Visit(method.Method);
                break;
            case HandleKind.StandaloneSignature:
                _reader.GetStandaloneSignature((StandaloneSignatureHandle)handle).DecodeMethodSignature(_names, null);
                break;
            case HandleKind.MemberReference:
                Members.Add((MemberReferenceHandle)handle);
                Visit(_reader.GetMemberReference((MemberReferenceHandle)handle).Parent);
                break;
        }
    }
}
