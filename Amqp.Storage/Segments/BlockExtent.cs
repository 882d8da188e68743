namespace Amqp.Storage.Segments;

/// <summary>A contiguous part of a segment's file, consisting of whole records, that is read as one block.</summary>
internal readonly record struct BlockExtent(long Offset, int Length);
