using System.Reflection;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace MLExtensions.Transforms.Tests.Interop;

/// <summary>Each non-public member of ML.NET that Interop lists exists in the referenced version, with the shape that we compile against.</summary>
public sealed class InternalMembersTests
{
    private const BindingFlags Any = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;
    private static readonly Assembly Core = Assembly.Load("Microsoft.ML.Core");
    private static readonly Assembly Data = Assembly.Load("Microsoft.ML.Data");

    [Theory]
    [InlineData("LoadableClassAttribute")]
    [InlineData("SignatureLoadModel")]
    [InlineData("ModelLoadContext")]
    [InlineData("VersionInfo")]
    [InlineData("IHostEnvironmentInternal")]
    [InlineData("Contracts")]
    [InlineData("AnnotationUtils")]
    [InlineData("CatalogUtils")]
    [InlineData("ISingleFeaturePredictionTransformer")]
    [InlineData("ITransformerWithDifferentMappingAtTrainingTime")]
    public void The_internal_type_exists_and_is_still_internal(string name) => Assert.False(Type(name).IsVisible);

    [Fact]
    public void LoadableClassAttribute_takes_instance_loader_arguments_signature_and_names() => Assert.Contains(
        Type("LoadableClassAttribute").GetConstructors(Any),
        constructor => Types(constructor.GetParameters()).SequenceEqual([typeof(Type), typeof(Type), typeof(Type), typeof(Type), typeof(string), typeof(string[])]));

    [Fact]
    public void ModelSaveContext_checks_writes_versions_and_streams()
    {
        Assert.NotNull(typeof(ModelSaveContext).GetMethod("CheckAtModel", Any, []));
        Assert.NotNull(typeof(ModelSaveContext).GetMethod("SetVersionInfo", Any, [Type("VersionInfo")]));
        Assert.NotNull(typeof(ModelSaveContext).GetMethod("SaveBinaryStream", Any, [typeof(string), typeof(Action<BinaryWriter>)]));
    }

    [Fact]
    public void ModelLoadContext_checks_versions_and_reads_streams()
    {
        Assert.NotNull(Type("ModelLoadContext").GetMethod("CheckAtModel", Any, [Type("VersionInfo")]));
        Assert.Equal(typeof(bool), Type("ModelLoadContext").GetMethod("TryLoadBinaryStream", Any, [typeof(string), typeof(Action<BinaryReader>)])?.ReturnType);
    }

    [Fact]
    public void VersionInfo_has_the_parameters_that_we_name() => Assert.Equal(
        ["modelSignature", "verWrittenCur", "verReadableCur", "verWeCanReadBack", "loaderAssemblyName", "loaderSignature"],
        Type("VersionInfo").GetConstructors(Any).Single(constructor => constructor.GetParameters().Length > 1).GetParameters().Select(parameter => parameter.Name).Take(6));

    [Fact]
    public void SchemaShape_has_its_column_constructor_and_Create()
    {
        Assert.NotNull(typeof(SchemaShape.Column).GetConstructor(
            Any, [typeof(string), typeof(SchemaShape.Column.VectorKind), typeof(DataViewType), typeof(bool), typeof(SchemaShape)]));
        Assert.NotNull(typeof(SchemaShape).GetMethod("Create", Any, [typeof(DataViewSchema)]));
    }

    [Theory]
    [InlineData("KeyValues")]
    [InlineData("SlotNames")]
    [InlineData("TrainingLabelValues")]
    [InlineData("ScoreColumnSetId")]
    [InlineData("ScoreColumnKind")]
    [InlineData("ScoreValueKind")]
    [InlineData("IsNormalized")]
    public void The_kind_of_annotation_has_the_name_that_our_columns_write(string kind) =>
        Assert.Equal(kind, Type("AnnotationUtils").GetNestedType("Kinds", Any)!.GetField(kind, Any)!.GetRawConstantValue());

    [Fact]
    public void TrainerInfo_has_the_parameters_that_we_name() => Assert.Equal(
        ["normalization", "calibration", "caching", "supportValid", "supportIncrementalTrain", "supportTest"],
        typeof(TrainerInfo).GetConstructors(Any).Single(constructor => constructor.GetParameters().Length > 0).GetParameters().Select(parameter => parameter.Name));

    [Fact]
    public void CatalogUtils_gives_the_environment_of_both_kinds_of_catalog()
    {
        Assert.NotNull(Type("CatalogUtils").GetMethod("GetEnvironment", Any, [typeof(TrainCatalogBase.CatalogInstantiatorBase)]));
        Assert.NotNull(Type("CatalogUtils").GetMethod("GetEnvironment", Any, [typeof(TransformsCatalog)]));
    }

    [Fact]
    public void The_environment_knows_the_GPU_and_whether_to_fall_back()
    {
        Assert.Equal(typeof(int?), Type("IHostEnvironmentInternal").GetProperty("GpuDeviceId", Any)?.PropertyType);
        Assert.Equal(typeof(bool), Type("IHostEnvironmentInternal").GetProperty("FallbackToCpu", Any)?.PropertyType);
        Assert.True(Type("IHostEnvironmentInternal").IsInstanceOfType(new MLContext()));
    }

    [Fact]
    public void Contracts_can_check_whether_a_host_is_alive() =>
        Assert.Contains(Type("Contracts").GetMethods(Any), method => method.Name == "CheckAlive" && method.GetParameters().Length == 1);

    [Fact]
    public void A_prediction_transformer_of_ours_is_one_of_the_internal_kind_too() =>
        Assert.True(Type("ISingleFeaturePredictionTransformer").IsAssignableFrom(typeof(NeuralNetworkTransformer)));

    [Fact]
    public void A_selection_of_ours_filters_rows_where_a_chain_is_trained()
    {
        Type kind = Type("ITransformerWithDifferentMappingAtTrainingTime");
        Assert.True(kind.IsAssignableFrom(typeof(PretrainingSelectionTransformer)));
        Assert.Equal([typeof(IDataView)], Types(kind.GetMethod("TransformForTrainingPipeline", Any)!.GetParameters()));
    }

    private static IEnumerable<Type> Types(ParameterInfo[] parameters) => parameters.Select(parameter => parameter.ParameterType);

    private static Type Type(string name) => Core.GetTypes().Concat(Data.GetTypes()).Single(type => type.Name == name);
}
