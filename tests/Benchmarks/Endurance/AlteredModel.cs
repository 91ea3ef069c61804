namespace MLExtensions.Benchmarks.Endurance;

/// <summary>A damaged model file.</summary>
/// <param name="Alteration">What was done to it.</param>
/// <param name="OnlyOurs">Whether only our stream inside ML.NET's file was altered; then only our own exception will do.</param>
/// <param name="Resealed">Whether the checksum was made to fit; then other scores are no surprise.</param>
/// <param name="Bytes">The file.</param>
internal sealed record AlteredModel(string Alteration, bool OnlyOurs, bool Resealed, byte[] Bytes);
