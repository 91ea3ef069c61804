using System.Numerics;

namespace MLExtensions.Trainers.Optimizers;

/// <summary>One SIMD step of an optimiser: reads a gradient, updates parameter and memory.</summary>
internal interface IElementwisePass
{
    /// <summary>Updates <paramref name="w"/>, <paramref name="first"/> and <paramref name="second"/> in place.</summary>
    void Apply(ref Vector<float> w, Vector<float> g, ref Vector<float> first, ref Vector<float> second);
}
