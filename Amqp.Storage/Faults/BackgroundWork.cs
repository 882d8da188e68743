namespace Amqp.Storage.Faults;

/// <summary>
/// Kinds of background work of a store. No message is lost if such work fails. Failed work is retried, at the latest by the next start.
/// </summary>
public enum BackgroundWork
{
    /// <summary>Writes the index of a full segment. The queues' entries for the segment's messages stay in memory until then.</summary>
    Indexing,

    /// <summary>Folds the settles of a dead segment into older segments. The dead segment stays until then.</summary>
    Folding,

    /// <summary>Rewrites a segment that is mostly dead. The segment stays as it is until then.</summary>
    Compacting,

    /// <summary>Deletes files of the log that are no longer needed.</summary>
    Deleting,

    /// <summary>Writes transient messages to page files, and deletes such files. The messages stay in memory until then.</summary>
    Paging,

    /// <summary>Any work that ended in an unexpected exception.</summary>
    Housekeeping,
}
