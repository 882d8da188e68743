namespace MassTransit8;

// MassTransit declares an exchange for each type of message, named after the type and its namespace.

/// <summary>A message that is published or sent.</summary>
public sealed record OrderPlaced(int Number);

/// <summary>A message of a type that no consumer here handles.</summary>
public sealed record OrderForgotten(int Number);

/// <summary>A request.</summary>
public sealed record PriceWanted(int Number);

/// <summary>The answer to <see cref="PriceWanted"/>.</summary>
public sealed record Price(int Amount);
