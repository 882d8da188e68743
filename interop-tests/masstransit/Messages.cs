namespace MassTransit8;

// MassTransit makes an exchange of each type of message, named for the type and its namespace.

/// <summary>A message that is published or sent.</summary>
public sealed record OrderPlaced(int Number);

/// <summary>A message that no consumer here is for.</summary>
public sealed record OrderForgotten(int Number);

/// <summary>A request.</summary>
public sealed record PriceWanted(int Number);

/// <summary>The answer to <see cref="PriceWanted"/>.</summary>
public sealed record Price(int Amount);
