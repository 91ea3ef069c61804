using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Image;

namespace MLExtensions.Transforms.Images;

/// <summary>Takes pictures off a row, to be decoded later on another thread.</summary>
internal abstract class PixelInput
{
    /// <summary>Writes the pixels of a picture.</summary>
    public delegate void Job(byte[] target);

    private long _pendingBytes;

    /// <summary>Bytes that jobs which are not done hold in memory.</summary>
    public long PendingBytes => Interlocked.Read(ref _pendingBytes);

    /// <summary>For the input column of a row or cursor.</summary>
    public static PixelInput Of(DataViewRow row, PixelStage stage)
    {
        DataViewSchema.Column column = row.Schema[stage.InputColumn];
        return column.Type switch
        {
            TextDataViewType => new Files(row, column, stage),
            ImageDataViewType => new Images(row, column, stage),
            _ => new Bytes(row, column, stage),
        };
    }

    /// <summary>The work for the current row. The job owns what it needs of the row.</summary>
    public abstract Job Take();

    private static string NameOf(DataViewRow row, PixelStage stage) => $"in column '{stage.InputColumn}', row {row.Position} (the first is 0),";

    private sealed class Files(DataViewRow row, DataViewSchema.Column column, PixelStage stage) : PixelInput
    {
        private readonly ValueGetter<ReadOnlyMemory<char>> _getter = row.GetGetter<ReadOnlyMemory<char>>(column);
        private ReadOnlyMemory<char> _name;

        public override Job Take()
        {
            _getter(ref _name);
            string path = _name.ToString();
            if (string.IsNullOrWhiteSpace(path))
            {
                string where = NameOf(row, stage);
                return _ => throw PictureException.Of(where, "the file name is empty", "the name of an image file");
            }

            string full = stage.Folder is null ? path : Path.Combine(stage.Folder, path);
            return target => PictureReader.ReadFile(full, stage.Format, target);
        }
    }

    private sealed class Bytes(DataViewRow row, DataViewSchema.Column column, PixelStage stage) : PixelInput
    {
        private readonly ValueGetter<VBuffer<byte>> _getter = row.GetGetter<VBuffer<byte>>(column);
        private VBuffer<byte> _bytes;

        public override Job Take()
        {
            _getter(ref _bytes);
            byte[] copy = [.. _bytes.DenseValues()];
            string where = NameOf(row, stage);
            return target => PictureReader.ReadBytes(where, copy, stage.Format, target);
        }
    }

    private sealed class Images(DataViewRow row, DataViewSchema.Column column, PixelStage stage) : PixelInput
    {
        private readonly ValueGetter<MLImage> _getter = row.GetGetter<MLImage>(column);
        private MLImage? _image; // handed back at every call: who makes an image for each row disposes the last one then

        public override Job Take()
        {
            _getter(ref _image!);
            if (_image is not { } image)
            {
                string where = NameOf(row, stage);
                return _ => throw PictureException.Of(where, "there is none (null)", "an image");
            }

            long bytes = image.Pixels.Length;
            Interlocked.Add(ref _pendingBytes, bytes);
            DecodedPicture copy = DecodedPicture.Copy(image);
            return target =>
            {
                using (copy)
                    PixelWriter.Write(copy, stage.Format, target);
                Interlocked.Add(ref _pendingBytes, -bytes);
            };
        }
    }
}
