using MLExtensions.Trainers.Runtime;
using MLExtensions.Trainers.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace MLExtensions.Trainers.Augmenting;

/// <summary>
/// The batches of a feed with their pictures changed at random. The draws of an epoch follow from seed and epoch alone, so that a fit that goes on equals one
/// that never stopped.
/// </summary>
internal sealed class AugmentedFeed : IRowFeed
{
    private readonly IRowFeed _feed;
    private readonly Augmentation _recipe;
    private readonly PixelMoves _moves;
    private readonly PictureTurns _turns;
    private readonly ColourChanges _colours;
    private readonly SquareHoles _holes;
    private readonly RowMixing? _mixing;
    private SeededRandom _random = SeededRandom.Derive(0);

    /// <summary>Takes the feed over.</summary>
    /// <param name="feed">Batches of pictures, standardised.</param>
    /// <param name="recipe">What may happen to them.</param>
    /// <param name="shape">What a row is; a picture.</param>
    public AugmentedFeed(IRowFeed feed, Augmentation recipe, InputShape shape)
    {
        _feed = feed;
        _recipe = recipe;
        _moves = new PixelMoves(recipe, shape);
        _turns = new PictureTurns(recipe, shape);
        _colours = new ColourChanges(recipe, shape);
        _holes = new SquareHoles(recipe, shape);
        _mixing = recipe.Mixup > 0 ? new RowMixing(recipe.Mixup) : null;
    }

    public long Rows => _feed.Rows;

    public void BeginEpoch(long? seed, int epoch, bool goesOn = false)
    {
        _feed.BeginEpoch(seed, epoch, goesOn);
        _random = SeededRandom.Derive(seed ?? 0, (long)RandomPurpose.Augmentation, epoch);
    }

    public Batch? Next(int batchSize)
    {
        if (_feed.Next(batchSize) is not { } batch)
            return null;
        using DisposeScope scope = NewDisposeScope();
        Tensor rows = Moved(batch.Features);
        if (_recipe.Colours)
            _colours.Apply(rows, _random);
        if (_holes.Side > 0)
            _holes.Apply(rows, _random);
        Batch changed = batch with { Features = rows };
        if (_mixing is not null)
            changed = _mixing.Apply(changed, _random);
        changed.Features.MoveToOuterDisposeScope();
        if (changed.Mixed is { } mixed)
        {
            changed.Weights!.MoveToOuterDisposeScope();
            mixed.Targets.MoveToOuterDisposeScope();
            mixed.Weights.MoveToOuterDisposeScope();
        }

        batch.Features.Dispose();
        return changed;
    }

    public void Dispose() => _feed.Dispose();

    // Always a new tensor: what follows works in place, and a feed may hand out a view of its own memory.
    private Tensor Moved(Tensor rows) => _recipe switch
    {
        { Resamples: true } => _turns.Apply(rows, _random),
        { HorizontalFlip: true } or { PaddedCrop: > 0 } => _moves.Apply(rows, _random),
        _ => rows.clone(),
    };
}
