namespace Amqp.Storage.Faults;

/// <summary>What a store does in the background. Nobody's message depends on it: what fails is tried again, at the latest by the next start.</summary>
public enum BackgroundWork
{
    /// <summary>Giving a full segment its index. Until then its messages stay in memory.</summary>
    Indexing,

    /// <summary>Adding what a dead segment settled to older ones. Until then it stays.</summary>
    Folding,

    /// <summary>Writing a mostly dead segment anew. Until then it stays as it is.</summary>
    Compacting,

    /// <summary>Deleting files of the log that nobody needs.</summary>
    Deleting,

    /// <summary>Writing messages that are not persistent to page files, which stay in memory until then, and deleting such files.</summary>
    Paging,

    /// <summary>Any of these, or what belongs to none: an error of this program that nobody foresaw.</summary>
    Housekeeping,
}
