using static Amqp.Server.Configuration.ValueKinds;

namespace Amqp.Server.Configuration;

/// <summary>Settings of the data directory and of the message store.</summary>
internal static class StoreSettings
{
    public static IReadOnlyList<Setting> Rows { get; } =
    [
        Setting.Of("data_dir", Text, "amqpbroker-data", "Folder for all persistent data. Only one broker at a time can use a folder.",
            (target, value) => target.Options.DataDirectory = value),
        Setting.Of("store.segment_size", Bytes(1 << 20, 1 << 30), "64MiB",
            "Size of one segment file of the message log; at least `store.block_size`.",
            (target, value) => target.Store.SegmentSize = (int)value),
        Setting.Of("store.block_size", Bytes(4_096, 16 << 20), "256KiB", "Size of the memory blocks that are allocated for messages.",
            (target, value) => target.Store.BlockSize = (int)value),
        Setting.Of("store.resident_memory", Bytes(0, long.MaxValue), "48MiB",
            "Limit for the bytes of persistent messages that stay in memory after they were written. Older messages are read from disk "
                + "for delivery. The limit is at most a quarter of the memory high watermark.",
            (target, value) => target.Store.ResidentBytes = value),
        Setting.Of("store.max_messages_in_memory", Integer(0, int.MaxValue), "500000",
            "Limit for the index entries in memory, for the messages of all durable queues together. An entry takes 24 bytes. Above this "
                + "limit, the broker removes entries of full segments from memory, and reads them from the segments' index files later.",
            (target, value) => target.Store.MaxMessagesInMemory = value),
        Setting.Of("store.max_unwritten", Bytes(1 << 20, long.MaxValue), "32MiB",
            "Publishers are blocked while more bytes than this wait to be written to disk. The limit is at most a quarter of the memory "
                + "high watermark, and at most half of `store.disk_reserve`.",
            (target, value) => target.Store.MaxUnwrittenBytes = value),
        Setting.Of("store.disk_reserve", Bytes(0, long.MaxValue), "",
            "Size of the file `reserve`, which reserves disk space so that messages can still be acknowledged when "
                + "the disk is full. Publishers are blocked while the reserve is below its full size. 0 "
                + "for no reserve. Default: the smaller of `store.segment_size` and 5 % of the disk.",
            (target, value) => target.Store.DiskReserveBytes = value),
        Setting.Of("store.sync_interval", Milliseconds(1, 60_000), "200",
            "Longest time before persistent messages are synced to disk if they were published without confirms.",
            (target, value) => target.Store.SyncInterval = value),
    ];
}
