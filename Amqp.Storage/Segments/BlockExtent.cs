namespace Amqp.Storage.Segments;

/// <summary>A range of a segment's file that is read as one block. It consists of whole records.</summary>
internal readonly record struct BlockExtent(long Offset, int Length);
