using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace Amqp.Server.Cli.Api;

/// <summary>Thrown if the broker refuses a request, or if no broker answers.</summary>
/// <param name="exitCode">Exit code of the process.</param>
/// <param name="message">Error and remedy, for the user.</param>
/// <param name="status">HTTP status; null if there was no response.</param>
/// <param name="reason">Reason from the broker's response; empty if there is none.</param>
internal sealed class ApiFailure(int exitCode, string message, HttpStatusCode? status = null, string reason = "")
    : CliException(exitCode, message)
{
    public HttpStatusCode? Status { get; } = status;

    public string Reason { get; } = reason;

    /// <summary>Creates the failure for a connection that could not be opened.</summary>
    public static ApiFailure Unreachable(BrokerLogin login, string why) => new(
        Cli.ExitCode.Unavailable,
        $"No broker answers at {login} ({why}). Start it, or name its HTTP API with {login.UrlOptions}"
            + "; its port is 15672 unless management.tcp.port is set");

    /// <summary>Creates the failure for a connection that ended before the response.</summary>
    public static ApiFailure NoAnswer(BrokerLogin login) => new(
        Cli.ExitCode.Unavailable,
        $"The server at {login} closed the connection without a response. Check the URL: the HTTP API "
            + "is on port 15672 unless management.tcp.port is set, and over TLS its URL begins with "
            + "https://. A broker also does this when management.connection_max is reached");

    /// <summary>Creates the failure for a response that ended too early.</summary>
    public static ApiFailure Incomplete(BrokerLogin login) => new(
        Cli.ExitCode.Unavailable,
        $"The broker at {login} ended the response before it was complete. The broker's jobs tell the reason: amqpbroker jobs");

    /// <summary>Creates the failure for a server that does not use TLS.</summary>
    public static ApiFailure NoTls(BrokerLogin login) => new(
        Cli.ExitCode.Unavailable,
        $"The server at {login} does not speak TLS. "
            + $"Try {new UriBuilder(login.Url) { Scheme = Uri.UriSchemeHttp, Port = login.Url.Port }.Uri.ToString().TrimEnd('/')}"
            + ", or name the port of management.ssl.port");

    /// <summary>Creates the failure for a server whose certificate is not trusted.</summary>
    /// <param name="login">Address of the server.</param>
    /// <param name="errors">Errors of the certificate.</param>
    /// <param name="status">Errors of the certificate's chain.</param>
    public static ApiFailure NoTrust(BrokerLogin login, SslPolicyErrors errors, X509ChainStatusFlags status) => new(
        Cli.ExitCode.Unavailable,
        errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch)
            ? $"The certificate of {login} is for another name than {login.Url.Host}. Use a URL with a name from the certificate"
        : status.HasFlag(X509ChainStatusFlags.NotTimeValid)
            ? $"The certificate of {login}, or of its authority, has expired or is not valid yet. The broker needs a new one"
        : $"The certificate of {login} is not trusted: no authority known to this system has issued it. Name "
            + "its authority's certificate in the variable SSL_CERT_FILE, or add it to those of the system");

    /// <summary>Creates the failure for a virtual host that does not exist.</summary>
    public static ApiFailure NoVirtualHost() =>
        new(Cli.ExitCode.NotFound, "There is no such virtual host. See them with: amqpbroker vhosts", HttpStatusCode.NotFound);

    /// <summary>Creates the failure for a response that took too long.</summary>
    public static ApiFailure Late(BrokerLogin login, TimeSpan limit) => new(
        Cli.ExitCode.TemporaryFailure,
        $"The broker at {login} did not answer within {limit.TotalSeconds:0.#} s. Try again, or set a longer --timeout");

    /// <summary>Creates the failure for a server that is no broker.</summary>
    public static ApiFailure NoApi(BrokerLogin login) => new(
        Cli.ExitCode.Unavailable,
        $"The server at {login} is not a broker's HTTP API. Check the URL: the HTTP API is on port "
            + "15672 unless management.tcp.port is set");

    /// <summary>Creates the failure for a response with an error status.</summary>
    /// <param name="login">Address and login of the request.</param>
    /// <param name="answer">The response.</param>
    /// <param name="what">Name of the resource for the error text: <c>queue 'x'</c>.</param>
    public static ApiFailure Of(BrokerLogin login, ApiAnswer answer, string what)
    {
        string reason = answer.Reason;
        var (exitCode, message) = answer.Status switch
        {
            HttpStatusCode.Unauthorized when reason is "Login failed" or "" => (
                Cli.ExitCode.NoPermission,
                $"{login} refuses the login of '{login.User}'. Give name and password with {login.LoginOptions}"),
            HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden =>
                (Cli.ExitCode.NoPermission, $"'{login.User}' may not do that: {Sentence(reason)}. {Remedy(reason)}"),
            HttpStatusCode.NotFound when reason.EndsWith("vhost_not_found", StringComparison.Ordinal) =>
                (Cli.ExitCode.NotFound, NoVirtualHost().Message),
            HttpStatusCode.NotFound => (Cli.ExitCode.NotFound, $"There is no {what}"),
            HttpStatusCode.BadRequest when reason is "vhost_or_user_not_found" => (Cli.ExitCode.NotFound, $"There is no {what}"),
            // For a publish to a missing exchange, the HTTP status is 400, but the reason begins with the AMQP reply code 404.
            HttpStatusCode.BadRequest when reason.StartsWith("404 ", StringComparison.Ordinal) =>
                (Cli.ExitCode.NotFound, $"The broker refuses: {Sentence(reason)}"),
            HttpStatusCode.BadRequest or HttpStatusCode.PreconditionFailed =>
                (Cli.ExitCode.Refused, $"The broker refuses: {Sentence(reason)}"),
            HttpStatusCode.ServiceUnavailable => (Cli.ExitCode.Unavailable, $"The broker cannot do that now: {Sentence(reason)}"),
            HttpStatusCode.MethodNotAllowed =>
                (Cli.ExitCode.Unavailable, $"The broker at {login} does not know this request; it may be of another version"),
            _ => (Cli.ExitCode.Software, $"The broker failed with HTTP status {(int)answer.Status}: {Sentence(reason)}. Its log says more"),
        };
        return new ApiFailure(exitCode, message, answer.Status, reason);
    }

    private static string Sentence(string reason) => reason.Length == 0
        ? "it gave no reason"
        : reason.Trim().TrimEnd('.').Replace("\n\n", ": ", StringComparison.Ordinal).Replace('\n', ' ');

    private static string Remedy(string reason) => reason switch
    {
        "Not management user" => "A user of the HTTP API needs the tag management, monitoring, policymaker or administrator",
        "Not monitor user" => "The request needs the tag monitoring or administrator",
        "Not administrator user" => "The request needs the tag administrator",
        _ => "An administrator can grant it with: amqpbroker permissions set",
    };
}
