using Microsoft.ML;

namespace MLExtensions.Transforms.Interop;

/// <summary>Makes the description that ML.NET asks of a trainer.</summary>
internal static class TrainerInfos
{
    public static TrainerInfo Create(bool normalization, bool caching, bool supportsValidation) => new(
        normalization: normalization, calibration: false, caching: caching, supportValid: supportsValidation, supportIncrementalTrain: false, supportTest: false);
}
