using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Image;
using MLExtensions.Transforms.Images;

namespace MLExtensions;

/// <summary>
/// The pictures of a folder as rows: <c>ImagePath</c> (Text), <c>Label</c> (Text, the name of the class folder) and <c>Image</c> (MLImage, upright, decoded
/// ahead in parallel when it is asked for). Made by <c>ml.Data.LoadImageFolder</c>.
/// </summary>
public sealed class ImageFolderView : IDataView
{
    internal const int PathColumn = 0;
    internal const int LabelColumn = 1;
    internal const int ImageColumn = 2;

    private readonly FolderPicture[] _pictures;

    internal ImageFolderView(FolderPicture[] pictures, IReadOnlyDictionary<string, int> classes, IReadOnlyList<string> skipped, IReadOnlyList<string> warnings)
    {
        _pictures = pictures;
        Classes = classes;
        Skipped = skipped;
        Warnings = warnings;
        var builder = new DataViewSchema.Builder();
        builder.AddColumn("ImagePath", TextDataViewType.Instance);
        builder.AddColumn("Label", TextDataViewType.Instance);
        builder.AddColumn("Image", new ImageDataViewType());
        Schema = builder.ToSchema();
    }

    /// <summary>Rows.</summary>
    public int Count => _pictures.Length;

    /// <summary>Pictures of each class.</summary>
    public IReadOnlyDictionary<string, int> Classes { get; }

    /// <summary>One message for each picture that was left out: which, what was found, what was expected.</summary>
    public IReadOnlyList<string> Skipped { get; }

    /// <summary>What is odd about the folder.</summary>
    public IReadOnlyList<string> Warnings { get; }

    /// <inheritdoc/>
    public bool CanShuffle => true;

    /// <inheritdoc/>
    public DataViewSchema Schema { get; }

    /// <inheritdoc/>
    public long? GetRowCount() => _pictures.Length;

    /// <inheritdoc/>
    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null)
    {
        int[] order = [.. Enumerable.Range(0, _pictures.Length)];
        rand?.Shuffle(order);
        return new FolderCursor(Schema, _pictures, order, columnsNeeded);
    }

    /// <inheritdoc/>
    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null) => [GetRowCursor(columnsNeeded, rand)];
}
