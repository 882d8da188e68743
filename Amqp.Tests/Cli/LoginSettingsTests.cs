using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Amqp.Server.Cli.Api;

namespace Amqp.Tests.Cli;

/// <summary>
/// Options, environment variables and profiles set the address and the login of a command. The tests check which source wins.
/// </summary>
public sealed class LoginSettingsTests
{
    private const string Profiles = """
        {"default":"first","profiles":{"first":{"url":"http://first:1","user":"one","password":"p1","vhost":"v1"},"second":{"url":"http://second:2","user":"two","password":"p2","vhost":"v2"}}}
        """;

    // First the options (lower case) and environment variables (upper case) of a command, then the login that the command uses.
    [TestCase("", "http://first:1 one p1 v1")]
    [TestCase("profile=second", "http://second:2 two p2 v2")]
    [TestCase("PROFILE=second", "http://second:2 two p2 v2")]
    [TestCase("profile=first PROFILE=second", "http://first:1 one p1 v1")]
    [TestCase("URL=http://x:3", "http://x:3 guest guest /")]
    [TestCase("url=http://x:3", "http://x:3 guest guest /")]
    [TestCase("url=http://x:3 URL=http://y:4", "http://x:3 guest guest /")]
    [TestCase("profile=second URL=http://x:3", "http://second:2 two p2 v2")]
    [TestCase("PROFILE=second URL=http://x:3", "http://x:3 two p2 v2")]
    [TestCase("profile=second url=http://x:3", "http://x:3 two p2 v2")]
    [TestCase("user=one", "http://first:1 one p1 v1")]
    [TestCase("user=guest", "http://first:1 guest guest v1")]
    [TestCase("user=other PASSWORD=e", "http://first:1 other e v1")]
    [TestCase("USER=other password=o PASSWORD=e", "http://first:1 other o v1")]
    [TestCase("user=a USER=b password=o", "http://first:1 a o v1")]
    [TestCase("VHOST=v3", "http://first:1 one p1 v3")]
    [TestCase("url=http://a:b@x:3", "http://x:3 a b /")]
    [TestCase("url=http://a:b@x:3 USER=c PASSWORD=d", "http://x:3 a b /")]
    [TestCase("url=http://a:b@x:3 password=d", "http://x:3 a d /")]
    [TestCase("url=http://a:b@x:3 user=c PASSWORD=d", "http://x:3 c d /")]
    [TestCase("url=http://a%40b:c%3Ad@x:3/prefix/", "http://x:3/prefix a@b c:d /")]
    [TestCase("url=x:3", "http://x:3 guest guest /")]
    [TestCase("url=https://x", "https://x guest guest /")]
    public void The_nearest_of_several_holds(string given, string expected) => WithProfiles(environment =>
    {
        BrokerLogin login = Resolve(given, environment, null);

        Assert.That($"{login} {login.User} {login.Password} {login.VirtualHost}", Is.EqualTo(expected));
    });

    // The password in a profile belongs to the user in the profile. It is not used for another user.
    [TestCase("user=other", "other")]
    [TestCase("USER=two", "two")]
    [TestCase("url=http://a@x:3", "a")]
    [TestCase("url=http://a:b@x:3 user=c", "c")]
    public void Who_has_no_password_is_asked_for_one(string given, string user) => WithProfiles(environment =>
    {
        Assert.That(Resolve(given, environment, asked => $"of {asked}").Password, Is.EqualTo($"of {user}"));
        Assert.That(
            () => Resolve(given, environment, null),
            Throws.TypeOf<CliException>().With.Message.StartsWith($"There is no password for '{user}'"));
    });

    [TestCase("ftp://x")]
    [TestCase("http://")]
    [TestCase("http://u:secret@")]
    public void What_is_no_address_is_refused_without_the_password(string url) => WithProfiles(environment =>
        Assert.That(
            () => Resolve($"url={url}", environment, null),
            Throws.TypeOf<CliException>().With.Message.Contains("is not the URL of an HTTP API").And.Message.Not.Contains("secret")));

    [TestCase("5", 5)]
    [TestCase("0.5", 0.5)]
    [TestCase("1000000", 1_000_000)]
    [TestCase("0", -0.001)]
    [TestCase("infinity", -0.001)]
    [TestCase("1000001", null)]
    [TestCase("-1", null)]
    [TestCase("1e3", null)]
    [TestCase("", null)]
    [TestCase("0.0", null)]
    public void A_timeout_is_seconds_or_none(string text, double? seconds) =>
        Assert.That(LoginSettings.ParseTimeout(text)?.TotalSeconds, Is.EqualTo(seconds));

    [TestCase(SslPolicyErrors.RemoteCertificateNameMismatch, X509ChainStatusFlags.NotTimeValid, "is for another name than x. ")]
    [TestCase(
        SslPolicyErrors.RemoteCertificateNameMismatch | SslPolicyErrors.RemoteCertificateChainErrors, X509ChainStatusFlags.UntrustedRoot,
        "is for another name than x. ")]
    [TestCase(
        SslPolicyErrors.RemoteCertificateChainErrors, X509ChainStatusFlags.NotTimeValid | X509ChainStatusFlags.UntrustedRoot,
        ", or of its authority, has expired ")]
    [TestCase(SslPolicyErrors.RemoteCertificateChainErrors, X509ChainStatusFlags.UntrustedRoot, "is not trusted: ")]
    public void What_is_wrong_with_a_certificate_is_said(SslPolicyErrors errors, X509ChainStatusFlags status, string expected)
    {
        var failure = ApiFailure.NoTrust(new BrokerLogin(new Uri("https://x:7"), "guest", "guest", "/"), errors, status);

        Assert.That((failure.ExitCode, failure.Message), Is.EqualTo((69, failure.Message)));
        Assert.That(failure.Message, Does.StartWith($"The certificate of https://x:7{(expected[0] == ',' ? "" : " ")}{expected}"));
    }

    private static BrokerLogin Resolve(string given, Dictionary<string, string> environment, Func<string, string>? ask)
    {
        var words = given.Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Select(word => word.Split('=', 2))
            .ToDictionary(parts => parts[0], parts => parts[1]);
        foreach (var (name, value) in words.Where(word => char.IsUpper(word.Key[0])))
            environment[$"AMQPBROKER_{name}"] = value;
        return new LoginSettings(
            words.GetValueOrDefault("url"), words.GetValueOrDefault("user"), words.GetValueOrDefault("password"),
            words.GetValueOrDefault("profile"), null)
            .Resolve(environment, ask);
    }

    /// <summary>Runs a test with a profile file in the folder where commands look for profiles.</summary>
    private static void WithProfiles(Action<Dictionary<string, string>> test)
    {
        using var folder = new Configuration.TemporaryFolder();
        string file = folder.Write("amqpbroker/profiles.json", Profiles);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        test(new Dictionary<string, string> { ["XDG_CONFIG_HOME"] = folder.Path, ["HOME"] = "/nonexistent" });
    }
}
