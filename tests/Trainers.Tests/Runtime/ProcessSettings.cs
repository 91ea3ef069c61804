namespace MLExtensions.Trainers.Tests.Runtime;

/// <summary>Tests of what belongs to the whole process: they run alone, since fits in other tests change it too.</summary>
[CollectionDefinition(nameof(ProcessSettings), DisableParallelization = true)]
public sealed class ProcessSettings;
