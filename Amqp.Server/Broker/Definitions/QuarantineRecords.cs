using System.Globalization;
using Amqp.Protocol;
using Amqp.Storage.Catalog;
using Amqp.Storage.Faults;
using Amqp.Storage.Messages;

namespace Amqp.Server.Broker.Definitions;

/// <summary>Which stored messages are quarantined, in the catalog: so they are after a restart, too.</summary>
/// <remarks>
/// <para>Thread-safe. A change is in the operating system's hands when the call returns, and a power cut takes no more than the latest: then a message is in
/// its queue again and is tried again, or what was settled is not there.</para>
/// <para>A queue without messages may give a sequence again after a restart. So a start drops the entries whose messages are not there, before anything is stored.</para>
/// </remarks>
internal sealed class QuarantineRecords
{
    private readonly ICatalog _catalog;
    private readonly Dictionary<MessagePlace, QuarantineRecord> _restored = []; // until what they are of asks for them; owned by itself

    public QuarantineRecords(ICatalog catalog)
    {
        _catalog = catalog;
        foreach (var (key, value) in catalog.Entries)
            if (key.StartsWith(DefinitionKey.Quarantined, StringComparison.Ordinal))
                _restored.Add(ReadPlace(key), Read(value));
    }

    /// <summary>The messages that the last run had quarantined, until they are restored.</summary>
    public IReadOnlyCollection<MessagePlace> Restored
    {
        get
        {
            lock (_restored)
                return [.. _restored.Keys];
        }
    }

    /// <summary>What the last run wrote of a message: once.</summary>
    public QuarantineRecord Restore(MessagePlace message)
    {
        lock (_restored)
            return _restored.Remove(message, out var record) ? record : default;
    }

    /// <summary>These are not there any more.</summary>
    public void Forget(IEnumerable<MessagePlace> missing)
    {
        foreach (var message in missing)
        {
            Restore(message);
            Remove(message);
        }
    }

    /// <exception cref="StoreFullException">There is no room on the disk.</exception>
    /// <exception cref="StoreFailedException">The disk failed.</exception>
    public void Save(MessagePlace message, in QuarantineRecord record) =>
        _catalog.Put(DefinitionKey.OfQuarantined(message), DefinitionCodec.Write(FieldValue.FromTable(FieldTable.Empty
            .With("since", FieldValue.FromInt64(record.Since))
            .With("error", FieldValue.FromString(record.Error)))));

    /// <inheritdoc cref="ICatalog.Remove"/>
    public void Remove(MessagePlace message) => _catalog.Remove(DefinitionKey.OfQuarantined(message));

    /// <exception cref="InvalidDataException">It is no place of a message.</exception>
    private static MessagePlace ReadPlace(string key) =>
        DefinitionKey.Names(key) is [var queue, var sequence]
            && uint.TryParse(queue, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out uint number)
            && long.TryParse(sequence, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out long place)
            ? new MessagePlace(number, place)
            : throw new InvalidDataException($"The catalog's key {key} names no message.");

    private static QuarantineRecord Read(byte[] value)
    {
        var table = DefinitionCodec.Read(value).Arguments["value"]?.AsTable() ?? FieldTable.Empty;
        return new QuarantineRecord(table["since"]?.AsInteger() ?? 0, table["error"]?.AsString() ?? "");
    }
}

/// <summary>Why a message is quarantined.</summary>
/// <param name="Since">When it was put aside, in milliseconds since 1970-01-01 UTC.</param>
/// <param name="Error">What was thrown over it, in words.</param>
internal readonly record struct QuarantineRecord(long Since, string Error);
