// Everything in this folder, and nothing outside it, touches non-public members of ML.NET. They are, in Microsoft.ML.Core and Microsoft.ML.Data:
//   LoadableClassAttribute, SignatureLoadModel                                                   (ModelLoader, ImagePixelsLoader)
//   ModelSaveContext.{CheckAtModel, SetVersionInfo, SaveBinaryStream}, VersionInfo               (ModelStreams, ImagePixelsLoader)
//   ModelLoadContext.{CheckAtModel, TryLoadBinaryStream}                                         (ModelLoader, ModelStreams, ImagePixelsLoader)
//   ISingleFeaturePredictionTransformer (not generic)                                            (PredictionTransformer)
//   SchemaShape.Column's constructor, SchemaShape.Create, AnnotationUtils                        (SchemaShapes)
//   TrainerInfo's constructor                                                                    (TrainerInfos)
//   CatalogUtils.GetEnvironment                                                                  (Environments)
//   IHostEnvironmentInternal.{GpuDeviceId, FallbackToCpu}                                        (HostSettings)
//   ColumnConcatenatingTransformer.Columns, OneToOneTransformerBase.ColumnPairs                  (StageColumns)
//   ITransformerWithDifferentMappingAtTrainingTime                                               (RowFilteringTransformer)
//   Contracts.CheckAlive                                                                         (Cancellation)
// Microsoft.ML is pinned to the tested range; a test reads the assemblies' metadata and fails when a type elsewhere reaches in.
using System.Runtime.CompilerServices;

[assembly: IgnoresAccessChecksTo("Microsoft.ML.Core")]
[assembly: IgnoresAccessChecksTo("Microsoft.ML.Data")]

namespace System.Runtime.CompilerServices;

/// <summary>Honoured by CoreCLR: the named assembly's internal members can be reached from this one.</summary>
[AttributeUsage(AttributeTargets.Assembly, AllowMultiple = true)]
internal sealed class IgnoresAccessChecksToAttribute(string assemblyName) : Attribute
{
    public string AssemblyName { get; } = assemblyName;
}
