using System.Text.RegularExpressions;

namespace Amqp.Tests.Behaviour.Management.Recorded;

/// <summary>
/// The fields in which responses may differ from the recorded responses of RabbitMQ, with reasons. docs/compatibility.md describes the
/// intentional differences.
/// </summary>
internal static class AllowedDifferences
{
    private static readonly Row[] _rows =
    [
        // The values of these fields depend on the history of the recorded broker, or describe RabbitMQ's Erlang processes or its store.
        new(
            @"GET /overview",
            @"body\.(message_stats|churn_rates|queue_totals|object_totals|sample_retention_policies|rates_mode|statistics_db_event_queue|enable_queue_totals).*",
            "history"),
        new(
            @"GET /queues/\{v\}/\w+",
            @"body\.(backing_queue_status|garbage_collection|recoverable_slaves|reductions|messages?_(bytes_)?(dlx|paged_out|persistent|ram)|messages\w*_ram).*",
            "Erlang"),
        new(@"GET /queues/\{v\}/quorum", @"body\.(consumer_|head_message|idle_since|memory|message_bytes|open_files).*", "Erlang"),

        // The recorded responses lack counts, because RabbitMQ shows counts some seconds late. RabbitMQ 3.10.8 never shows some counts of
        // quorum queues.
        new(@"GET /vhosts/\{v\}", @"body\.messages.*", "counts"),
        new(
            @"GET /queues/\{v\}/quorum",
            @"body\.(messages|consumers|policy|operator_policy|effective_policy|exclusive_consumer|single_active|node|state|leader|members|online).*",
            "counts"),
        new(@"GET /queues/\{v\}\?columns=.*", @"body\[\]\.(messages|state)", "counts"),

        // These values name the product, its version or the machine.
        new(
            @"GET /overview",
            @"body\.(cluster_name|contexts|erlang_|exchange_types|listeners|management_version|product_|rabbitmq_version|release_series).*",
            "who it is"),
        new(@"GET /cluster-name", @"body\.name", "who it is"),
        new(@"GET /feature-flags.*", @"body.*", "who it is"),
        new(@"GET /health/checks/(port|protocol)-listener/\w+", @"body\.(ports|protocols)", "who it is"),

        // These fields exist only in versions of RabbitMQ that are later than the recorded one.
        new(@"GET /overview", @"body\.(default_queue_type|is_op_policy_updating_enabled)", "since 3.11 and 3.12"),
        new(@"GET /vhosts/\{v\}", @"body\.(metadata\.)?protected_from_deletion", "since 4.1"),
        new(@"GET /definitions/\{w\}.*", @"body\.rabbit_version", "3.13"),
        new(@"PUT /policies/\{v\}/bad .*apply-to.*", @"body\.reason", "since 3.12 there are more kinds"),
        new(@"as \{u\}:\S+ POST /queues/\{v\}/b1/get .*", @"body\.reason", "since 3.11 it names the kind of access"),

        // In these fields this broker differs from RabbitMQ intentionally.
        new(@"GET /exchanges/.*", @"body(\[\])?\.user_who_performed_action", "nobody writes down who declares"),
        new(
            @"(POST /bindings/.*/amq\.headers|GET /queues/\{v\}/q/bindings).*",
            @"(headers\.location|body\[\]\.properties_key)",
            "the hash is not Erlang's"),
        new(@"PUT /queues/\{v\}/bad \{""durable"":5\}", @"body\.reason\[\]", "a reason is text"),
        new(@"GET /queues/\{v\}/nothing/bindings", @"body", "a queue that is not there has no bindings"),
        new(@"as \{u\}:\S+ GET /vhosts/\{v\}", @"body\.reason", "the reason that other resources give"),
        new(
            @"PUT /(topic-)?permissions/\{v\}/\{u\} .*""\("".*",
            @"body\.reason.*",
            "Erlang's description of what is wrong with an expression"),
        new(@"GET /queues/\{v\}/\w+", @"body\.messages_quarantined", "a count of this broker's own"),
        new(@"OPTIONS /login", @"headers\.allow", "a session can be ended, by DELETE"),
        new(@"PUT /users/\{none\} .*""hashing_algorithm"":""nothing"".*", @".*", "an algorithm that is not known is refused"),
    ];

    public static bool Contains(string call, string path) => _rows.Any(row => row.Covers(call, path));

    /// <summary>Replaces the error <c>not_authorised</c> of RabbitMQ 3.10 with <c>not_authorized</c>, as in RabbitMQ 3.13.</summary>
    public static string Modern(string text) => text.Replace("not_authorised", "not_authorized", StringComparison.Ordinal);

    /// <summary>A rule that allows certain fields of responses to differ.</summary>
    /// <param name="call">A regular expression that matches the whole line of the call.</param>
    /// <param name="path">A regular expression that matches the whole path of the field. Items of arrays are <c>[]</c>.</param>
    /// <param name="why">Reason for the difference.</param>
    private sealed class Row(string call, string path, string why)
    {
        private readonly Regex _call = new($"^({call})$"), _path = new($"^({path})$");

        public string Why => why;

        public bool Covers(string asked, string field) => _call.IsMatch(asked) && _path.IsMatch(field);
    }
}
