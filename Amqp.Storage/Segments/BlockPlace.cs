namespace Amqp.Storage.Segments;

/// <summary>A piece of a segment's log that is read as one: whole records, one behind the other.</summary>
internal readonly record struct BlockPlace(long Offset, int Length);
