using System.Globalization;
using Amqp.Protocol;
using Amqp.Storage.Catalog;
using Amqp.Storage.Faults;
using Amqp.Storage.Messages;

namespace Amqp.Server.Broker.Definitions;

/// <summary>The catalog's records of quarantined messages: persistent messages that the broker failed to process. Thread-safe.</summary>
/// <remarks>
/// A power cut may lose the latest changes. If the message of a record is missing, the next start deletes the record, because a new message
/// may get the same sequence number.
/// </remarks>
internal sealed class QuarantineRecords
{
    private readonly ICatalog _catalog;
    // records from the last run that no queue or exchange has restored yet; guarded by a lock on the dictionary
    private readonly Dictionary<MessagePlace, QuarantineRecord> _restored = [];

    public QuarantineRecords(ICatalog catalog)
    {
        _catalog = catalog;
        foreach (var (key, value) in catalog.Entries)
            if (key.StartsWith(DefinitionKey.Quarantined, StringComparison.Ordinal))
                _restored.Add(ReadPlace(key), Read(value));
    }

    /// <summary>Messages that the last run quarantined, and that no queue or exchange has restored yet.</summary>
    public IReadOnlyCollection<MessagePlace> Restored
    {
        get
        {
            lock (_restored)
                return [.. _restored.Keys];
        }
    }

    /// <summary>
    /// Returns the record of a message from the last run, and removes the record from memory. Returns an empty record if there is none.
    /// </summary>
    public QuarantineRecord Restore(MessagePlace message)
    {
        lock (_restored)
            return _restored.Remove(message, out var record) ? record : default;
    }

    /// <summary>Deletes the records of these messages, which no longer exist.</summary>
    public void Forget(IEnumerable<MessagePlace> missing)
    {
        foreach (var message in missing)
        {
            Restore(message);
            Remove(message);
        }
    }

    /// <exception cref="StoreFullException">The disk is full.</exception>
    /// <exception cref="StoreFailedException">The disk failed.</exception>
    public void Save(MessagePlace message, in QuarantineRecord record) =>
        _catalog.Put(DefinitionKey.OfQuarantined(message), DefinitionCodec.Write(FieldValue.FromTable(FieldTable.Empty
            .With("since", FieldValue.FromInt64(record.Since))
            .With("error", FieldValue.FromString(record.Error)))));

    /// <inheritdoc cref="ICatalog.Remove"/>
    public void Remove(MessagePlace message) => _catalog.Remove(DefinitionKey.OfQuarantined(message));

    /// <exception cref="InvalidDataException">The key does not name a message by queue and sequence number.</exception>
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

/// <summary>Time and reason of a message's quarantine.</summary>
/// <param name="Since">Start of the quarantine, in milliseconds since 1970-01-01 UTC.</param>
/// <param name="Error">Text of the exception that the message caused.</param>
internal readonly record struct QuarantineRecord(long Since, string Error);
