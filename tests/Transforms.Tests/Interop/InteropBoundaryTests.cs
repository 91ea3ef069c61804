using System.Reflection.Metadata;

namespace MLExtensions.Transforms.Tests.Interop;

/// <summary>
/// Only the folder Interop may touch what ML.NET keeps to itself. The compiler cannot say so, because references are per project: so the built assemblies are read,
/// and every type and member of ML.NET that they name is looked up in the real assemblies.
/// </summary>
public sealed class InteropBoundaryTests
{
    private const string Interop = "MLExtensions.Transforms.Interop";
    private static readonly string[] Opened = ["Microsoft.ML.Core", "Microsoft.ML.Data"];

    [Theory]
    [InlineData("MLExtensions.Transforms")]
    [InlineData("MLExtensions.Estimators")]
    public void Only_types_in_Interop_name_non_public_parts_of_ML_NET(string assembly)
    {
        (List<string> inside, List<string> outside) = NonPublicUses(assembly);

        Assert.Empty(outside);
        Assert.Equal(assembly == "MLExtensions.Transforms", inside.Count > 0); // what Interop does shows that the search finds such uses
    }

    [Fact]
    public void The_search_finds_the_internals_that_Interop_is_known_to_use()
    {
        List<string> inside = NonPublicUses("MLExtensions.Transforms").Inside;

        foreach (string known in new[]
                 {
                     "VersionInfo", "ModelLoadContext", "ISingleFeaturePredictionTransformer", "CatalogUtils", "IHostEnvironmentInternal", "Contracts",
                     "ModelSaveContext.CheckAtModel", "ModelSaveContext.SetVersionInfo", "ModelSaveContext.SaveBinaryStream",
                     "Column..ctor", "SchemaShape.Create", "TrainerInfo..ctor",
                 })
            Assert.Contains(inside, use => use.EndsWith(known, StringComparison.Ordinal));
    }

    [Fact]
    public void Trainers_reference_no_assembly_of_ML_NET()
    {
        using var trainers = new AssemblyFile("MLExtensions.Trainers");

        Assert.DoesNotContain(trainers.References, name => name.StartsWith("Microsoft.ML", StringComparison.OrdinalIgnoreCase));
        Assert.DoesNotContain("MLExtensions.Transforms", trainers.References);
        Assert.Contains("TorchSharp", trainers.References);
    }

    [Fact]
    public void Transforms_do_not_reference_Estimators()
    {
        using var transforms = new AssemblyFile("MLExtensions.Transforms");

        Assert.DoesNotContain("MLExtensions.Estimators", transforms.References);
    }

    private static (List<string> Inside, List<string> Outside) NonPublicUses(string assembly)
    {
        using var ours = new AssemblyFile(assembly);
        Dictionary<string, AssemblyFile> theirs = Opened.ToDictionary(name => name, name => new AssemblyFile(name));
        List<string> inside = [], outside = [];
        foreach (TypeDefinition type in ours.Metadata.TypeDefinitions.Select(ours.Metadata.GetTypeDefinition))
        {
            string user = SignatureNames.Of(ours.Metadata, type);
            List<string> uses = user.StartsWith(Interop + ".", StringComparison.Ordinal) ? inside : outside;
            var all = new TypeUses(ours, type);
            foreach (TypeReferenceHandle handle in all.Types)
                if (Home(ours.Metadata, handle) is { } home && theirs.TryGetValue(home, out AssemblyFile? file))
                {
                    string name = SignatureNames.Of(ours.Metadata, ours.Metadata.GetTypeReference(handle));
                    if (Found(file.IsPublic(name), name) is false)
                        uses.Add($"{user} uses {name}");
                }

            foreach (MemberReference member in all.Members.Select(ours.Metadata.GetMemberReference))
                if (TypeOf(ours.Metadata, member.Parent) is { } handle && Home(ours.Metadata, handle) is { } home && theirs.TryGetValue(home, out AssemblyFile? file))
                {
                    string name = SignatureNames.Of(ours.Metadata, ours.Metadata.GetTypeReference(handle)), memberName = ours.Metadata.GetString(member.Name);
                    var names = new SignatureNames();
                    string signature = member.GetKind() == MemberReferenceKind.Method
                        ? SignatureNames.Text(member.DecodeMethodSignature(names, null))
                        : member.DecodeFieldSignature(names, null);
                    if (Found(file.IsPublic(name, memberName, signature), $"{name}.{memberName}: {signature}") is false)
                        uses.Add($"{user} uses {name}.{memberName}");
                }
        }

        foreach (AssemblyFile file in theirs.Values)
            file.Dispose();
        return (inside, outside);
    }

    private static bool Found(bool? isPublic, string name)
    {
        Assert.True(isPublic.HasValue, $"{name} does not exist in the referenced Microsoft.ML.");
        return isPublic.Value;
    }

    private static string? Home(MetadataReader reader, TypeReferenceHandle handle)
    {
        EntityHandle scope = reader.GetTypeReference(handle).ResolutionScope;
        return scope.Kind switch
        {
            HandleKind.TypeReference => Home(reader, (TypeReferenceHandle)scope),
            HandleKind.AssemblyReference => reader.GetString(reader.GetAssemblyReference((AssemblyReferenceHandle)scope).Name),
            _ => null,
        };
    }

    // The type that a member is of; of a generic instance the generic type.
    private static TypeReferenceHandle? TypeOf(MetadataReader reader, EntityHandle parent)
    {
        if (parent.Kind == HandleKind.TypeReference)
            return (TypeReferenceHandle)parent;
        if (parent.Kind != HandleKind.TypeSpecification)
            return null;
        TypeReferenceHandle? first = null;
        reader.GetTypeSpecification((TypeSpecificationHandle)parent).DecodeSignature(new SignatureNames(handle => first ??= handle), null);
        // An instance of a type of ours with arguments of theirs is no member of theirs.
        return reader.GetBlobReader(reader.GetTypeSpecification((TypeSpecificationHandle)parent).Signature) is var blob && IsInstanceOfReference(blob) ? first : null;
    }

    private static bool IsInstanceOfReference(BlobReader blob) =>
        blob.ReadByte() == (byte)SignatureTypeCode.GenericTypeInstance && blob.ReadByte() is 0x11 or 0x12 && blob.ReadTypeHandle().Kind == HandleKind.TypeReference;
}
