namespace MLExtensions.Trainers.Training;

/// <summary>Gives rows batch by batch, epoch after epoch.</summary>
internal interface IRowFeed : IDisposable
{
    /// <summary>Rows per epoch.</summary>
    long Rows { get; }

    /// <summary>Starts an epoch. The order of rows follows from seed and epoch alone.</summary>
    /// <param name="seed">Seed of the fit; null keeps the rows' own order.</param>
    /// <param name="epoch">0 for the first.</param>
    /// <param name="goesOn">Whether another epoch follows, whose rows may be read ahead.</param>
    void BeginEpoch(long? seed, int epoch, bool goesOn = false);

    /// <summary>The next rows, or null at the end. A single last row joins the batch before it, since batch statistics need two rows.</summary>
    Batch? Next(int batchSize);
}
