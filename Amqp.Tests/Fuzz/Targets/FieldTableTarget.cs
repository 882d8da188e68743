using System.Buffers;
using Amqp.Protocol;
using Amqp.Server.Broker.DeadLetters;
using Amqp.Server.Broker.Errors;
using Amqp.Server.Broker.Exchanges.Delayed;
using Amqp.Server.Broker.Messages;

namespace Amqp.Tests.Fuzz.Targets;

/// <summary>
/// Reads arbitrary bytes as the fields of a table. Invalid fields are refused with reply code 502. Every use of valid fields succeeds.
/// </summary>
internal sealed class FieldTableTarget : FuzzTarget
{
    private const int MaxDepth = FieldTableCodec.DefaultMaxDepth;

    private static readonly Death _death = new(DeathReason.Rejected, "q", 1, "x", ["k"], "1");

    public override IEnumerable<byte[]> Seeds
    {
        get
        {
            yield return [];
            foreach (var value in HostileValue.All)
                yield return Fields(FieldTable.Empty.With("k", value.Field).With("CC", FieldValue.FromArray([value.Field])));
            yield return Fields(
                FieldTable.Empty.With("x-delay", FieldValue.FromInt32(5)).With("BCC", FieldValue.FromArray([FieldValue.FromString("a")])));
            yield return Fields(FieldTable.Empty.With("x-death", FieldValue.FromArray([FieldValue.FromTable(FieldTable.Empty
                .With("count", FieldValue.FromInt64(1))
                    .With("queue", FieldValue.FromString("q"))
                    .With("reason", FieldValue.FromString("rejected")))])));
        }
    }

    public override void Run(ReadOnlySpan<byte> input)
    {
        byte[] fields = input.ToArray();
        bool isValid = Takes(() => FieldTableCodec.Validate(fields, MaxDepth));
        Demand(Takes(() => FieldTableCodec.Read(fields, MaxDepth)) == isValid, "validating and reading do not agree");
        if (!isValid)
            return;
        var table = FieldTableCodec.Read(fields, MaxDepth);
        byte[] written = Fields(table);
        Demand(FieldTableCodec.Read(written).Equals(table), "what was written is not what was read");
        _ = table.ToString();
        _ = table.GetHashCode();
        UseAsHeaders(fields);
    }

    private static byte[] Fields(FieldTable table)
    {
        var output = new ArrayBufferWriter<byte>();
        FieldTableCodec.Write(output, table);
        return output.WrittenSpan[sizeof(uint)..].ToArray();
    }

    /// <summary>Uses accepted fields as the headers of a message, as routing and dead-lettering do.</summary>
    private static void UseAsHeaders(byte[] fields)
    {
        _ = EncodedFieldTable.TryFind(fields, "k"u8, out _);
        _ = DelayHeader.Read(fields);
        _ = SenderSelectedKeys.ReadStored(fields);
        try
        {
            _ = SenderSelectedKeys.Read(fields);
        }
        catch (BrokerException)
        {
            // Expected: the header is not a list of keys.
        }
        var history = new DeathHistory();
        history.Add(fields, _death, keepsSenderKeys: true);
        FieldTableCodec.Validate(history.Headers);
        byte[] once = history.Headers.ToArray();
        history.Add(once, _death, keepsSenderKeys: false);
        FieldTableCodec.Validate(history.Headers);
        _ = history.IsCycle("q");
    }

    private static bool Takes(Action read)
    {
        try
        {
            read();
            return true;
        }
        catch (AmqpException error) when (error.Code == ReplyCode.SyntaxError)
        {
            return false;
        }
    }
}
