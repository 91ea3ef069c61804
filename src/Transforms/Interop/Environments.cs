using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace MLExtensions.Transforms.Interop;

/// <summary>The environment behind a catalog.</summary>
internal static class Environments
{
    public static IHostEnvironment Of(TrainCatalogBase.CatalogInstantiatorBase catalog) => CatalogUtils.GetEnvironment(catalog);

    public static IHostEnvironment Of(TrainCatalogBase catalog) => CatalogUtils.GetEnvironment(catalog);

    public static IHostEnvironment Of(TransformsCatalog catalog) => CatalogUtils.GetEnvironment(catalog);

    public static IHostEnvironment Of(DataOperationsCatalog catalog) => CatalogUtils.GetEnvironment(catalog);
}
