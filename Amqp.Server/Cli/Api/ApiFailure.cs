using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace Amqp.Server.Cli.Api;

/// <summary>A request that the broker refused, or that did not reach it.</summary>
/// <param name="exitCode">What the process ends with.</param>
/// <param name="message">What happened and what to do.</param>
/// <param name="status">The HTTP status; null when there was no answer.</param>
/// <param name="reason">The broker's own words; empty when it had none.</param>
internal sealed class ApiFailure(int exitCode, string message, HttpStatusCode? status = null, string reason = "") : CliException(exitCode, message)
{
    public HttpStatusCode? Status { get; } = status;

    public string Reason { get; } = reason;

    /// <summary>No answer at all.</summary>
    public static ApiFailure Unreachable(BrokerLogin login, string why) => new(
        Cli.ExitCode.Unavailable,
        $"No broker answers at {login} ({why}). Start it, or name its HTTP API with --url or AMQPBROKER_URL; its port is 15672 unless management.tcp.port says otherwise");

    /// <summary>The connection ended ahead of an answer.</summary>
    public static ApiFailure NoAnswer(BrokerLogin login) => new(
        Cli.ExitCode.Unavailable,
        $"What is at {login} closes the connection without an answer. Look at the URL: the HTTP API is on port 15672 unless management.tcp.port says otherwise, and over TLS its address begins with https://. A broker does so too when it has as many connections as management.connection_max allows");

    /// <summary>TLS was asked of what does not speak it.</summary>
    public static ApiFailure NoTls(BrokerLogin login) => new(
        Cli.ExitCode.Unavailable, $"What answers at {login} does not speak TLS. Try {new UriBuilder(login.Url) { Scheme = Uri.UriSchemeHttp, Port = login.Url.Port }.Uri.ToString().TrimEnd('/')}, or name the port of management.ssl.port");

    /// <summary>Who answers shows a certificate that is not believed.</summary>
    /// <param name="login">Who asked whom.</param>
    /// <param name="errors">What is wrong with it.</param>
    /// <param name="status">What is wrong with the chain to its authority.</param>
    public static ApiFailure NoTrust(BrokerLogin login, SslPolicyErrors errors, X509ChainStatusFlags status) => new(
        Cli.ExitCode.Unavailable,
        errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch) ? $"The certificate of {login} is one for another name than {login.Url.Host}. Write the URL with a name that stands in it"
        : status.HasFlag(X509ChainStatusFlags.NotTimeValid) ? $"The certificate of {login}, or of its authority, has run out or holds from a later day on. The broker needs another"
        : $"The certificate of {login} is not trusted: nobody known here has issued it. Name its authority's certificate in the variable SSL_CERT_FILE, or add it to those of the system");

    /// <summary>The virtual host that something shall be done in is not there.</summary>
    public static ApiFailure NoVirtualHost() => new(Cli.ExitCode.NotFound, "There is no such virtual host. See them with: amqpbroker vhosts", HttpStatusCode.NotFound);

    /// <summary>An answer that took too long.</summary>
    public static ApiFailure Late(BrokerLogin login, TimeSpan limit) => new(
        Cli.ExitCode.TemporaryFailure, $"The broker at {login} did not answer within {limit.TotalSeconds:0.#} s. Try again, or give it longer with --timeout");

    /// <summary>Something else answers there.</summary>
    public static ApiFailure NoApi(BrokerLogin login) => new(
        Cli.ExitCode.Unavailable, $"What answers at {login} is not a broker's HTTP API. Look at the URL: the HTTP API is on port 15672 unless management.tcp.port says otherwise");

    /// <summary>What an answer other than a success means.</summary>
    /// <param name="login">Who asked whom.</param>
    /// <param name="answer">The answer.</param>
    /// <param name="what">The thing that was asked for, with its article: <c>a queue 'x'</c>.</param>
    public static ApiFailure Of(BrokerLogin login, ApiAnswer answer, string what)
    {
        string reason = answer.Reason;
        var (exitCode, message) = answer.Status switch
        {
            HttpStatusCode.Unauthorized when reason is "Login failed" or "" => (
                Cli.ExitCode.NoPermission, $"{login} refuses the login of '{login.User}'. Give name and password with --user and --password, AMQPBROKER_USER and AMQPBROKER_PASSWORD, or a profile"),
            HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => (Cli.ExitCode.NoPermission, $"'{login.User}' may not do that: {Sentence(reason)}. {Remedy(reason)}"),
            HttpStatusCode.NotFound when reason.EndsWith("vhost_not_found", StringComparison.Ordinal) => (Cli.ExitCode.NotFound, NoVirtualHost().Message),
            HttpStatusCode.NotFound => (Cli.ExitCode.NotFound, $"There is no {what}"),
            HttpStatusCode.BadRequest when reason is "vhost_or_user_not_found" => (Cli.ExitCode.NotFound, $"There is no {what}"),
            HttpStatusCode.BadRequest when reason.StartsWith("404 ", StringComparison.Ordinal) => (Cli.ExitCode.NotFound, $"The broker refuses: {Sentence(reason)}"), // AMQP's, of a publish
            HttpStatusCode.BadRequest or HttpStatusCode.PreconditionFailed => (Cli.ExitCode.Refused, $"The broker refuses: {Sentence(reason)}"),
            HttpStatusCode.ServiceUnavailable => (Cli.ExitCode.Unavailable, $"The broker cannot do that now: {Sentence(reason)}"),
            HttpStatusCode.MethodNotAllowed => (Cli.ExitCode.Unavailable, $"The broker at {login} does not know this request; it may be of another version"),
            _ => (Cli.ExitCode.Software, $"The broker failed with HTTP status {(int)answer.Status}: {Sentence(reason)}. Its log says more"),
        };
        return new ApiFailure(exitCode, message, answer.Status, reason);
    }

    private static string Sentence(string reason) => reason.Length == 0 ? "it gave no reason" : reason.Trim().TrimEnd('.').Replace("\n\n", ": ", StringComparison.Ordinal).Replace('\n', ' ');

    private static string Remedy(string reason) => reason switch
    {
        "Not management user" => "A user of the HTTP API needs the tag management, monitoring, policymaker or administrator",
        "Not monitor user" => "That takes the tag monitoring or administrator",
        "Not administrator user" => "That takes the tag administrator",
        _ => "An administrator can grant it with: amqpbroker permissions set",
    };
}
