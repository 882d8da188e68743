namespace Amqp.Server.Migration;

/// <summary>Something that cannot be moved, or that changes by the move.</summary>
/// <param name="Kind">Short name of the reason, for programs.</param>
/// <param name="Count">Number of objects or messages.</param>
/// <param name="Text">A sentence for the user.</param>
/// <param name="Names">Names of the objects.</param>
internal sealed record PlanNote(string Kind, long Count, string Text, IReadOnlyList<string> Names);
