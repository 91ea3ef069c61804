// Writes a compile-time copy of an assembly in which what was internal is public, and what was private protected is protected.
// Usage: publicizer INPUT.dll OUTPUT.dll. Only reference copies for src/Transforms/Interop are made with it; they are never shipped.
using System.Buffers.Binary;
using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;

if (args.Length != 2 || !File.Exists(args[0]))
{
    Console.Error.WriteLine($"usage: publicizer INPUT.dll OUTPUT.dll (got: {string.Join(' ', args)})");
    return 2;
}

byte[] image = File.ReadAllBytes(args[0]);
using var reader = new PEReader(new MemoryStream((byte[])image.Clone()));
MetadataReader metadata = reader.GetMetadataReader();
int start = reader.PEHeaders.MetadataStartOffset;

foreach (TypeDefinitionHandle handle in metadata.TypeDefinitions)
{
    TypeDefinition type = metadata.GetTypeDefinition(handle);
    if (metadata.GetString(type.Name).Contains('<'))
        continue; // compiler-generated
    var visibility = type.GetDeclaringType().IsNil ? TypeAttributes.Public : TypeAttributes.NestedPublic;
    Span<byte> flags = Row(TableIndex.TypeDef, MetadataTokens.GetRowNumber(handle), 0);
    uint value = BinaryPrimitives.ReadUInt32LittleEndian(flags);
    BinaryPrimitives.WriteUInt32LittleEndian(flags, (value & ~(uint)TypeAttributes.VisibilityMask) | (uint)visibility);
}

foreach (MethodDefinitionHandle handle in metadata.MethodDefinitions)
    Raise(Row(TableIndex.MethodDef, MetadataTokens.GetRowNumber(handle), 6)); // RVA (4), ImplFlags (2), Flags
foreach (FieldDefinitionHandle handle in metadata.FieldDefinitions)
    Raise(Row(TableIndex.Field, MetadataTokens.GetRowNumber(handle), 0));

Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(args[1]))!);
File.WriteAllBytes(args[1], image);
return 0;

Span<byte> Row(TableIndex table, int row, int field) =>
    image.AsSpan(start + metadata.GetTableMetadataOffset(table) + (row - 1) * metadata.GetTableRowSize(table) + field);

// Methods and fields share the access codes: 2 private protected, 3 internal, 4 protected, 6 public. Private stays private.
static void Raise(Span<byte> flags)
{
    ushort value = BinaryPrimitives.ReadUInt16LittleEndian(flags);
    int access = value & 7;
    if (access is 2 or 3)
        BinaryPrimitives.WriteUInt16LittleEndian(flags, (ushort)((value & ~7) | (access == 2 ? 4 : 6)));
}
