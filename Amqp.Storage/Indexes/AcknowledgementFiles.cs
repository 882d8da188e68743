using System.Buffers.Binary;
using Amqp.Storage.Files;
using Amqp.Storage.Records;

namespace Amqp.Storage.Indexes;

/// <summary>
/// Reads and writes acknowledgement files. An acknowledgement file lists settled messages of one segment. Later segments, which contain the
/// settle records of these messages, can then be deleted.
/// </summary>
/// <remarks>Not thread-safe.</remarks>
internal sealed class AcknowledgementFiles(IStoreFiles files)
{
    // Layout: | header | queues u32 | settled × queues |
    public const string Extension = ".acks";
    public const string UnfinishedExtension = ".acks.new";

    private const int QueuesAt = RecordHeader.Size;
    private const int SettledAt = QueuesAt + 4;

    public static string PathOf(string log) => Path.ChangeExtension(log, Extension);

    public void Write(string log, long segment, Dictionary<uint, SequenceRanges> settled)
    {
        byte[] bytes = new byte[FileHeader.Size + SettledAt + SettledSection.Size(settled)];
        FileHeader.Write(bytes, FileHeader.AcknowledgementsMagic, segment);
        Span<byte> record = bytes.AsSpan(FileHeader.Size);
        RecordHeader.Write(record, RecordType.Acknowledgements);
        BinaryPrimitives.WriteInt32LittleEndian(record[QueuesAt..], settled.Count);
        SettledSection.Write(record[SettledAt..], settled);
        RecordHeader.WriteChecksum(record, segment, FileHeader.Size);

        string unfinished = Path.ChangeExtension(log, UnfinishedExtension);
        using (IStoreFile file = files.Create(unfinished))
        {
            file.Write(bytes, 0);
            file.Sync();
        }
        files.Rename(unfinished, PathOf(log));
    }

    /// <returns>Null if the file is damaged.</returns>
    public Dictionary<uint, SequenceRanges>? TryRead(string log, long segment)
    {
        using IStoreFile file = files.Open(PathOf(log), FileAccess.Read);
        byte[] bytes = new byte[file.Length];
        int length = file.Read(bytes, 0);
        if (length < FileHeader.Size + SettledAt || !FileHeader.IsIntact(bytes, FileHeader.AcknowledgementsMagic, segment))
            return null;
        ReadOnlySpan<byte> record = bytes.AsSpan(FileHeader.Size, length - FileHeader.Size);
        if (RecordHeader.ReadSize(record) != record.Length
            || RecordHeader.ReadType(record) != RecordType.Acknowledgements
            || !RecordHeader.IsIntact(record, segment, FileHeader.Size))
            return null;
        ReadOnlySpan<byte> settled = record[SettledAt..];
        return SettledSection.Read(ref settled, BinaryPrimitives.ReadInt32LittleEndian(record[QueuesAt..]));
    }
}
