namespace MassTransit8;

// MassTransit declares an exchange for each type of message, named after the type and its namespace.

/// <summary>An order that most of the programs publish or send.</summary>
public sealed record OrderPlaced(int Number);

/// <summary>A message that no endpoint consumes.</summary>
public sealed record OrderForgotten(int Number);

/// <summary>A request, which a consumer answers with a <see cref="Price"/>.</summary>
public sealed record PriceWanted(int Number);

/// <summary>The answer to <see cref="PriceWanted"/>.</summary>
public sealed record Price(int Amount);
