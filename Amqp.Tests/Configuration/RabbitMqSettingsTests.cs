using System.Globalization;
using Amqp.Server.Configuration;

namespace Amqp.Tests.Configuration;

/// <summary>
/// Each setting of RabbitMQ has an effect, causes a warning of one line, or stops the start of the broker. The broker refuses to start if a
/// setting that restricts clients would have no effect.
/// </summary>
public class RabbitMqSettingsTests
{
    private static readonly string _page = File.ReadAllText(PageFile);

    private static string PageFile => Path.Combine(RabbitMqNames.Folder(), "..", "..", "docs", "configuration-rabbitmq.md");

    [Test]
    public void Every_setting_of_RabbitMQ_starts_or_is_refused_with_the_way_to_start_all_the_same()
    {
        var lines = RabbitMqNames.All.SelectMany(
            setting => setting.Values.Select(value => (Key: RabbitMqNames.KeyOf(setting.Name), Value: value)))
            .ToList();
        string[] settings = [.. lines.Select(line => $"{line.Key} = {line.Value}")];
        string[] accepted = [.. lines.Select(line => $"accept_ineffective.{line.Key} = true")];

        var (errors, warnings) = RemarksOf(settings);
        var (errorsOfAccepted, warningsOfAccepted) = RemarksOf([.. settings, .. accepted]);

        Assert.Multiple(() =>
        {
            for (int at = 0; at < lines.Count; at++)
            {
                Assert.That(
                    errors[at], Has.All.EndsWith($" set accept_ineffective.{lines[at].Key} = true to start with a warning"), settings[at]);
                Assert.That(errors[at].Concat(warnings[at]).Count(), Is.LessThanOrEqualTo(1), settings[at]);
                Assert.That(errorsOfAccepted[at], Is.Empty, settings[at]);
                Assert.That(warningsOfAccepted[at].Count(), Is.EqualTo(errors[at].Count() + warnings[at].Count()), settings[at]);
                Assert.That(warningsOfAccepted[at], Has.All.Contains(" has no effect: "), settings[at]);
            }
        });
    }

    [TestCase("auth_backends.1 = ldap")]
    [TestCase("auth_backends.2.authz = rabbit_auth_backend_http")]
    [TestCase("http_dispatch.auth_backends.1 = oauth2")]
    [TestCase("auth_mechanisms.1 = MY_OWN")]
    [TestCase("password_hashing_module = rabbit_password_hashing_md5")]
    [TestCase("credential_validator.validation_backend = my_validator")]
    [TestCase("default_pass = encrypted:GhC4J5lh")]
    [TestCase("ssl_cert_login_san_type = other_name")]
    [TestCase("ssl_options.crl_check = peer")]
    [TestCase("ssl_options.ciphers.1 = ECDHE-RSA-AES256-GCM-SHA384")]
    [TestCase("management.ssl.ciphers.1 = ECDHE-RSA-AES256-GCM-SHA384")]
    [TestCase("management.disable_basic_auth = true")]
    [TestCase("management.oauth_enabled = true")]
    [TestCase("runtime_parameters.limits.queues = 3")]
    [TestCase("deprecated_features.permit.transient_nonexcl_queues = false")]
    public void What_would_restrict_something_stops_the_start(string line)
    {
        string key = line.Split(' ')[0];

        Assert.That(ConfigurationOf.Line(line).Errors.Single(), Does.EndWith(
            "; RabbitMQ restricts something by this setting, so remove it, or set "
                + $"accept_ineffective.{key} = true to start with a warning"));
        var accepted = ConfigurationOf.File($"{line}\naccept_ineffective.{key} = true");
        Assert.That(accepted.Errors, Is.Empty);
        Assert.That(accepted.Warnings, Has.Count.EqualTo(1));
    }

    [TestCase("management.disable_basic_auth = false")]
    [TestCase("ssl_options.crl_check = false")]
    [TestCase("deprecated_features.permit.transient_nonexcl_queues = true")]
    [TestCase("auth_ldap.servers.1 = ldap.example.org")]
    [TestCase("runtime_parameters.limits.shovel = 1")]
    public void What_restricts_nothing_here_is_warned_of(string line)
    {
        var configuration = ConfigurationOf.Line(line);

        Assert.That(configuration.Errors, Is.Empty);
        Assert.That(configuration.Warnings.Single(), Does.Contain($": {line.Split(' ')[0]} has no effect: "));
    }

    [Test]
    public void What_is_accepted_ineffective_is_warned_of_without_showing_a_password() =>
        Assert.That(
            ConfigurationOf.File("default_pass = encrypted:GhC4J5lh\naccept_ineffective.default_pass = true").Warnings.Single(),
            Does.Not.Contain("GhC4J5lh"));

    [Test]
    public void A_variable_accepts_what_has_no_effect_too()
    {
        var configuration = ConfigurationOf.Environment(
            ("AMQPBROKER_AUTH_BACKENDS_1", "ldap"), ("AMQPBROKER_ACCEPT_INEFFECTIVE_AUTH_BACKENDS_1", "true"));

        Assert.That(configuration.Errors, Is.Empty);
        Assert.That(configuration.Warnings, Has.Count.EqualTo(1));
    }

    [TestCase("stomp.listeners.tpc.x = 1", "stomp.listeners.tcp.x")]
    [TestCase("mqtt.allow_anonymus = true", "mqtt.allow_anonymous")]
    [TestCase("something.of.my.own = true", null)]
    [TestCase("net_tick_time = 60", "net_ticktime")]
    public void What_RabbitMQ_does_not_know_is_an_error(string line, string? meant) =>
        Assert.That(
            ConfigurationOf.Line(line).Errors.Single(),
            Does.EndWith(meant is null ? $"unknown setting '{line.Split(' ')[0]}'" : $"did you mean '{meant}'?"));

    [Test]
    public void The_page_says_what_becomes_of_every_setting() =>
        Assert.That(_page.Split('\n').Where(line => line.StartsWith("| `", StringComparison.Ordinal)), Is.EqualTo(Rows()).AsCollection);

    /// <summary>
    /// Rewrites the rows of docs/configuration-rabbitmq.md. Run this test after a change of RabbitMqSettings.txt or .tsv.
    /// </summary>
    [Test, Explicit("changes the documentation")]
    public void Write_the_page()
    {
        string[] before = [.. _page.Split('\n').TakeWhile(line => !line.StartsWith("| `", StringComparison.Ordinal))];
        string[] after = [.. _page.Split('\n')
            .SkipWhile(line => !line.StartsWith("| `", StringComparison.Ordinal))
            .SkipWhile(line => line.StartsWith("| `", StringComparison.Ordinal))];
        File.WriteAllText(PageFile, string.Join('\n', [.. before, .. Rows(), .. after]));
    }

    private static IEnumerable<string> Rows() => RabbitMqNames.All
        .OrderBy(setting => setting.Name, StringComparer.Ordinal)
        .Select(setting => $"| `{setting.Name}` | {Becomes(RabbitMqNames.SettingOf(setting.Name))} |");

    private static string Becomes(Setting setting)
    {
        var foreign = setting.ForeignValues;
        if (foreign.Count == 0)
            return "acted on";
        if (!setting.HasEffect && foreign.Count == 1)
            return $"{Effect(foreign[0])}: {foreign[0].Reason}";
        var effects = foreign.Select((value, at) => $"{Which(setting, value, at)}: {Effect(value)}");
        var reasons = foreign.Select(value => $"{char.ToUpperInvariant(value.Reason[0])}{value.Reason[1..]}.").Distinct();
        return $"{string.Join("; ", setting.HasEffect ? effects.Prepend("acted on") : effects)}. {string.Join(' ', reasons)}";
    }

    private static string Effect(ForeignValue value) => value.Restricts ? "stops the start" : "warning";

    private static string Which(Setting setting, ForeignValue value, int at)
    {
        bool isOther = setting.HasEffect ? value.Kind == RabbitMqKinds.AnyText : at == setting.ForeignValues.Count - 1;
        return isOther ? "any other value" : string.Join(' ', value.Kind.Expected.Split(' ').Select(Quoted));
    }

    /// <summary>Formats a word as Markdown code if it is a value. Returns other words, such as "or", unchanged.</summary>
    private static string Quoted(string word) => word is "or" or "text" or "that" or "starts" or "with" ? word : $"`{word}`";

    /// <summary>
    /// Returns the errors and the warnings for each line of a configuration file. The keys are line numbers, and the first line has number
    /// 0.
    /// </summary>
    private static (ILookup<int, string> Errors, ILookup<int, string> Warnings) RemarksOf(string[] lines)
    {
        var configuration = ConfigurationOf.File(string.Join('\n', lines));
        return (ByLine(configuration.Errors), ByLine(configuration.Warnings));
    }

    private static ILookup<int, string> ByLine(IEnumerable<string> remarks) =>
        remarks.ToLookup(remark => int.Parse(remark.Split(':')[1], CultureInfo.InvariantCulture) - 1);
}
