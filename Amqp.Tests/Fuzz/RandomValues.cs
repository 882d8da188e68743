using Amqp.Protocol;

namespace Amqp.Tests.Fuzz;

/// <summary>Chooses random arguments, properties and names. Most of them have an effect in the broker.</summary>
internal static class RandomValues
{
    private const int Queues = 16;
    private const int Exchanges = 10;

    /// <summary>On average, one in this many calls makes a rare choice, such as a hostile value.</summary>
    private const int Seldom = 12;

    private static readonly string[] _keys = ["", "a", "b", "a.b", "#", "*.b", "1", "2", "100"];
    private static readonly string[] _overflows = ["drop-head", "reject-publish", "reject-publish-dlx"];
    private static readonly int[] _levels = [1, 5, 63, 64, 65, 200, 1000, 1023, 1024];

    public static string Queue(this Random random) => $"fuzz.q{random.Next(Queues)}";

    public static string Exchange(this Random random) => random.Next(12) switch
    {
        0 => "",
        1 => "amq.topic",
        2 => "amq.fanout",
        3 => "amq.headers",
        _ => $"fuzz.x{random.Next(Exchanges)}",
    };

    /// <summary>Returns the name of an exchange that the fuzzer declares.</summary>
    public static string OwnExchange(this Random random) => $"fuzz.x{random.Next(Exchanges)}";

    /// <summary>Returns a routing key. Often this is the name of a queue, so that the default exchange can route the message.</summary>
    public static string Key(this Random random) => random.Next(Seldom) switch
    {
        0 => random.Hostile().ShortText,
        < 6 => random.Queue(),
        _ => random.Of(_keys),
    };

    public static T Of<T>(this Random random, IReadOnlyList<T> values) => values[random.Next(values.Count)];

    public static bool OneIn(this Random random, int number) => random.Next(number) == 0;

    public static HostileValue Hostile(this Random random) => random.Of(HostileValue.All);

    public static string ExchangeType(this Random random) => random.Of(KnownInputs.ExchangeTypes);

    public static FieldTable QueueArguments(this Random random)
    {
        var arguments = new Dictionary<string, FieldValue>();
        if (random.OneIn(2))
        {
            arguments["x-dead-letter-exchange"] = FieldValue.FromString(random.Exchange());
            if (random.OneIn(2))
                arguments["x-dead-letter-routing-key"] = FieldValue.FromString(random.Key());
        }
        for (int more = random.Next(4); more > 0; more--)
        {
            var (name, value) = random.QueueArgument();
            arguments[name] = value;
        }
        if (random.OneIn(Seldom))
            arguments[random.Of(KnownInputs.Arguments)] = random.Hostile().Field;
        if (random.OneIn(Seldom))
            arguments["x-message-deduplication"] = FieldValue.FromBoolean(true);
        if (random.OneIn(Seldom))
            arguments["x-cache-size"] = FieldValue.FromInt32(random.Next(1, 60));
        return new FieldTable(arguments);
    }

    public static FieldTable ExchangeArguments(this Random random, string type)
    {
        var arguments = new Dictionary<string, FieldValue>();
        if (type == "x-delayed-message")
            arguments["x-delayed-type"] = FieldValue.FromString(random.Of(KnownInputs.ExchangeTypes));
        if (type == "x-recent-history" && random.OneIn(2))
            arguments["x-recent-history-length"] = FieldValue.FromInt32(random.Next(1, 60));
        if (type == "x-message-deduplication" || random.OneIn(Seldom))
            arguments["x-cache-size"] = FieldValue.FromInt32(random.Next(1, 60));
        if (random.OneIn(Seldom))
            arguments["x-message-deduplication"] = FieldValue.FromBoolean(true);
        if (type == "x-consistent-hash" && random.OneIn(2))
            arguments["hash-header"] = FieldValue.FromString(random.Of(KnownInputs.Headers));
        if (random.OneIn(3))
            arguments["alternate-exchange"] = FieldValue.FromString(random.OwnExchange());
        if (random.OneIn(Seldom))
            arguments[random.Of(KnownInputs.Arguments)] = random.Hostile().Field;
        return new FieldTable(arguments);
    }

    public static FieldTable BindingArguments(this Random random)
    {
        if (random.OneIn(2))
            return FieldTable.Empty;
        var arguments = FieldTable.Empty.With("x-match", FieldValue.FromString(random.Of(["all", "any", "all-with-x", "any-with-x"])));
        return random.OneIn(4)
            ? arguments.With(random.Of(KnownInputs.Headers), random.Hostile().Field)
            : arguments.With("h", FieldValue.FromInt32(random.Next(2)));
    }

    public static FieldTable ConsumerArguments(this Random random)
    {
        var arguments = FieldTable.Empty;
        if (random.OneIn(3))
            arguments = arguments.With("x-priority", FieldValue.FromInt32(random.Next(-3, 4)));
        if (random.OneIn(4))
            arguments = arguments.With("x-consumer-timeout", FieldValue.FromInt32(random.Next(1, 3000)));
        return random.OneIn(Seldom) ? arguments.With(random.Of(KnownInputs.Arguments), random.Hostile().Field) : arguments;
    }

    public static BasicProperties Properties(this Random random)
    {
        var properties = new BasicProperties { DeliveryMode = (byte)random.Next(1, 3) };
        if (random.OneIn(2))
            properties = properties with { Headers = random.HeaderTable() };
        if (random.OneIn(4))
            properties = properties with { Expiration = random.OneIn(Seldom) ? random.Hostile().ShortText : $"{random.Next(300)}" };
        if (random.OneIn(4))
            properties = properties with { Priority = (byte)(random.OneIn(Seldom) ? 255 : random.Next(6)) };
        if (random.OneIn(Seldom))
            properties = properties with
            {
                ReplyTo = random.OneIn(2) ? "amq.rabbitmq.reply-to" : random.Hostile().ShortText,
                CorrelationId = random.Hostile().ShortText
            };
        if (random.OneIn(Seldom))
            properties = properties with
            {
                Timestamp = (ulong)random.NextInt64(long.MinValue, long.MaxValue),
                MessageId = random.Hostile().ShortText,
                Type = random.Hostile().ShortText
            };
        if (random.OneIn(3 * Seldom))
            properties = properties with
            {
                UserId = random.OneIn(2) ? "guest" : random.Hostile().ShortText,
                AppId = random.Hostile().ShortText,
                ClusterId = random.Hostile().ShortText
            };
        return properties;
    }

    private static FieldTable HeaderTable(this Random random)
    {
        var headers = new Dictionary<string, FieldValue> { ["h"] = FieldValue.FromInt32(random.Next(2)) };
        if (random.OneIn(3))
            headers["x-delay"] = random.OneIn(Seldom) ? random.Hostile().Field : FieldValue.FromInt32(random.Next(-20, 400));
        if (random.OneIn(4))
            headers[random.OneIn(2) ? "CC" : "BCC"] = FieldValue.FromArray(
                [.. Enumerable.Range(0, random.Next(4)).Select(_ => FieldValue.FromString(random.Key()))]);
        if (random.OneIn(8))
            headers["x-deduplication-header"] = FieldValue.FromInt32(random.Next(100));
        if (random.OneIn(8))
            headers["deep"] = HostileValue.Deep(random.Of(_levels) - 1);
        if (random.OneIn(8))
            headers["x-recent-history-no-store"] = FieldValue.FromBoolean(random.OneIn(2));
        if (random.OneIn(6))
            headers[random.Of(KnownInputs.Headers)] = random.Hostile().Field;
        return new FieldTable(headers);
    }

    private static (string Name, FieldValue Value) QueueArgument(this Random random) => random.Next(11) switch
    {
        0 => ("x-message-ttl", FieldValue.FromInt32(random.Next(300))),
        1 => ("x-expires", FieldValue.FromInt32(random.Next(20, 2000))),
        2 or 3 => ("x-max-length", FieldValue.FromInt32(random.Next(5))),
        4 => ("x-max-length-bytes", FieldValue.FromInt32(random.Next(500))),
        5 or 6 => ("x-overflow", FieldValue.FromString(random.Of(_overflows))),
        7 => ("x-max-priority", FieldValue.FromInt32(random.OneIn(Seldom) ? 255 : random.Next(1, 6))),
        8 => ("x-single-active-consumer", FieldValue.FromBoolean(true)),
        9 => ("x-consumer-timeout", FieldValue.FromInt32(random.Next(1, 3000))),
        _ => random.OneIn(2)
            ? ("x-queue-type", FieldValue.FromString("quorum"))
            : ("x-delivery-limit", FieldValue.FromInt32(random.Next(4))),
    };
}
