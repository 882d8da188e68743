using System.Globalization;
using Amqp.Server.Configuration;

namespace Amqp.Server.Cli.Api;

/// <summary>The address and login given on the command line. A null value is taken from the environment or from a profile.</summary>
/// <param name="Url">URL of the HTTP API, which may contain user and password.</param>
/// <param name="User">Name of the user.</param>
/// <param name="Password">Password of the user.</param>
/// <param name="Profile">Name of a profile in the profile file.</param>
/// <param name="File">Profile file to use instead of the user's own.</param>
internal sealed record LoginSettings(string? Url, string? User, string? Password, string? Profile, string? File)
{
    public const string DefaultUrl = "http://127.0.0.1:15672";

    private const string Guest = "guest";

    /// <summary>Determines address and login from the command line, the environment and a profile.</summary>
    /// <param name="environment">The environment variables.</param>
    /// <param name="askPassword">Prompts for the password of a user; null without a terminal.</param>
    /// <exception cref="CliException">A value is missing or malformed.</exception>
    public BrokerLogin Resolve(IReadOnlyDictionary<string, string> environment, Func<string, string>? askPassword)
    {
        string? profileName = Profile ?? Variable("AMQPBROKER_PROFILE");
        // With --profile, AMQPBROKER_URL is ignored, because it may belong to another broker.
        string? url = Url ?? (Profile is null ? Variable("AMQPBROKER_URL") : null);
        LoginProfile profile = Profiles.Find(File, profileName, environment, isNeeded: url is null || profileName is not null);
        bool isDefault = url is null && profile.Url is null;
        url ??= profile.Url ?? DefaultUrl;
        if (!url.Contains("://", StringComparison.Ordinal))
            url = $"http://{url}";
        if (!Uri.TryCreate(url, UriKind.Absolute, out Uri? address)
            || address.Scheme is not ("http" or "https")
            || address.Host.Length == 0)
            throw new CliException(
                ExitCode.Usage, $"'{WithoutLogin(url)}' is not the URL of an HTTP API; expected http://host:port or https://host:port");

        // In a container, RABBITMQ_DEFAULT_USER and RABBITMQ_DEFAULT_PASS are the name and password of the broker's first user.
        string? firstUser = isDefault ? First(RabbitMqEnvironment.DefaultUser) ?? Guest : null;
        string[] inUrl = address.UserInfo.Length > 0 ? [.. address.UserInfo.Split(':', 2).Select(Uri.UnescapeDataString)] : [];
        string user = User ?? (inUrl.Length > 0 ? inUrl[0] : null) ?? Variable("AMQPBROKER_USER") ?? profile.User ?? firstUser ?? Guest;
        string? password = Password
            ?? (User is null && inUrl.Length > 1 ? inUrl[1] : null)
            ?? Variable("AMQPBROKER_PASSWORD")
            ?? (user == profile.User ? profile.Password : null);
        if (user == firstUser)
            password ??= First(RabbitMqEnvironment.DefaultPassword);
        if (password is null && user == Guest)
            password = Guest;
        password ??= askPassword?.Invoke(user)
            ?? throw new CliException(
                ExitCode.Usage, $"There is no password for '{user}'. Give it with --password, AMQPBROKER_PASSWORD or a profile");
        var plain = new UriBuilder(address.Scheme, address.Host, address.Port, address.AbsolutePath);
        return new BrokerLogin(plain.Uri, user, password, Variable("AMQPBROKER_VHOST") ?? profile.VirtualHost ?? "/");

        string? First(string name)
        {
            try
            {
                return RabbitMqEnvironment.ValueOf(environment, name);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                throw new CliException(
                    ExitCode.Usage,
                    $"The file that {name}_FILE names cannot be read: {exception.Message} Give a login with AMQPBROKER_USER");
            }
        }

        string? Variable(string name) => environment.TryGetValue(name, out string? value) && value.Length > 0 ? value : null;
    }

    /// <summary>Parses a time limit in seconds; 0 or <c>infinity</c> for no limit. Returns null for an invalid text.</summary>
    public static TimeSpan? ParseTimeout(string text) =>
        text is "infinity" or "0" ? Timeout.InfiniteTimeSpan
        : double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double seconds)
            && seconds is > 0 and <= 1_000_000
            ? TimeSpan.FromSeconds(seconds)
        : null;

    /// <summary>Returns a URL without scheme, user and password, for error texts. The text need not be a valid URL.</summary>
    public static string WithoutLogin(string url) => url.LastIndexOf('@') is var at and >= 0 ? url[(at + 1)..] : url;
}
