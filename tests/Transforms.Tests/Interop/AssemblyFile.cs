using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace MLExtensions.Transforms.Tests.Interop;

/// <summary>An assembly of the output folder, read as metadata.</summary>
internal sealed class AssemblyFile : IDisposable
{
    private readonly PEReader _file;
    private readonly Dictionary<string, TypeDefinition> _types = [];

    public AssemblyFile(string name)
    {
        _file = new PEReader(File.OpenRead(Path.Combine(AppContext.BaseDirectory, name + ".dll")));
        Metadata = _file.GetMetadataReader();
        foreach (TypeDefinition type in Metadata.TypeDefinitions.Select(Metadata.GetTypeDefinition))
            _types[SignatureNames.Of(Metadata, type)] = type;
    }

    public MetadataReader Metadata { get; }

    public IEnumerable<string> References => Metadata.AssemblyReferences.Select(handle => Metadata.GetString(Metadata.GetAssemblyReference(handle).Name));

    public MethodBodyBlock? Body(MethodDefinition method) => method.RelativeVirtualAddress == 0 ? null : _file.GetMethodBody(method.RelativeVirtualAddress);

    public void Dispose() => _file.Dispose();

    /// <summary>Whether anybody may name the type; null when there is none of that name.</summary>
    public bool? IsPublic(string type)
    {
        if (!_types.TryGetValue(type, out TypeDefinition definition))
            return null;
        for (; ; definition = Metadata.GetTypeDefinition(definition.GetDeclaringType()))
        {
            TypeAttributes visibility = definition.Attributes & TypeAttributes.VisibilityMask;
            if (visibility is not (TypeAttributes.Public or TypeAttributes.NestedPublic or TypeAttributes.NestedFamily or TypeAttributes.NestedFamORAssem))
                return false;
            if (definition.GetDeclaringType().IsNil)
                return true;
        }
    }

    /// <summary>Whether anybody may use, call or override the member; null when there is none of that name and signature.</summary>
    public bool? IsPublic(string type, string member, string signature)
    {
        if (!_types.TryGetValue(type, out TypeDefinition definition))
            return null;
        var names = new SignatureNames();
        foreach (MethodDefinition method in definition.GetMethods().Select(Metadata.GetMethodDefinition))
            if (Metadata.GetString(method.Name) == member && SignatureNames.Text(method.DecodeSignature(names, null)) == signature)
                return (method.Attributes & MethodAttributes.MemberAccessMask) is MethodAttributes.Public or MethodAttributes.Family or MethodAttributes.FamORAssem;
        foreach (FieldDefinition field in definition.GetFields().Select(Metadata.GetFieldDefinition))
            if (Metadata.GetString(field.Name) == member && field.DecodeSignature(names, null) == signature)
                return (field.Attributes & FieldAttributes.FieldAccessMask) is FieldAttributes.Public or FieldAttributes.Family or FieldAttributes.FamORAssem;
        return null;
    }
}
