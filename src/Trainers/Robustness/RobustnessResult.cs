namespace MLExtensions;

/// <summary>Accuracy under one attack at one epsilon.</summary>
/// <param name="Attack">The attack.</param>
/// <param name="Epsilon">How far a row could be moved, in units of the attacked columns (noise: its standard deviation).</param>
/// <param name="Accuracy">The share of rows that are still classified rightly. A row that is misclassified without an attack counts as wrong under every attacker.</param>
public sealed record RobustnessResult(Attack Attack, double Epsilon, double Accuracy);
