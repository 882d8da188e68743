using static Amqp.Server.Configuration.ValueKinds;

namespace Amqp.Server.Configuration;

/// <summary>Where the data is, and how the message store works.</summary>
internal static class StoreSettings
{
    /// <summary>The rows.</summary>
    public static IReadOnlyList<Setting> Rows { get; } =
    [
        Setting.Of("data_dir", Text, "amqpbroker-data", "Folder of everything that outlives the process; one broker at a time.",
            (target, value) => target.Options.DataDirectory = value),
        Setting.Of("store.segment_size", Bytes(1 << 20, 1 << 30), "64MiB", "Size of one file of the message log; it holds at least one block.",
            (target, value) => target.Store.SegmentSize = (int)value),
        Setting.Of("store.block_size", Bytes(4_096, 16 << 20), "256KiB", "Unit in which memory for messages is taken.",
            (target, value) => target.Store.BlockSize = (int)value),
        Setting.Of("store.resident_memory", Bytes(0, long.MaxValue), "48MiB", "Persistent messages kept in memory after they are written; older ones are read from disk when they are delivered. At most a quarter of the memory high watermark.",
            (target, value) => target.Store.ResidentBytes = value),
        Setting.Of("store.max_messages_in_memory", Integer(0, int.MaxValue), "500000", "Messages of durable queues that are remembered one by one, all queues together, at 24 bytes each; beyond it those of full log files leave memory and are found again by the files' indexes.",
            (target, value) => target.Store.MaxMessagesInMemory = value),
        Setting.Of("store.max_unwritten", Bytes(1 << 20, long.MaxValue), "32MiB", "Messages that may wait to be written to disk before their publishers wait. At most a quarter of the memory high watermark, and half of `store.disk_reserve`.",
            (target, value) => target.Store.MaxUnwrittenBytes = value),
        Setting.Of("store.disk_reserve", Bytes(0, long.MaxValue), "", "Room on the disk that is kept, in the file `reserve`, so that consumers can make room when it is full; the smaller of `store.segment_size` and 5 % of the disk unless given, 0 for none. Publishers are blocked until it is whole again.",
            (target, value) => target.Store.DiskReserveBytes = value),
        Setting.Of("store.sync_interval", Milliseconds(1, 60_000), "200", "The longest that persistent messages nobody awaits a confirm for stay unsynced.",
            (target, value) => target.Store.SyncInterval = value),
    ];
}
