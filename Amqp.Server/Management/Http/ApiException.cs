namespace Amqp.Server.Management.Http;

/// <summary>An error reply in RabbitMQ's form: <c>{"error":...,"reason":...}</c>.</summary>
/// <param name="status">HTTP status code.</param>
/// <param name="error">RabbitMQ's name for the kind of error.</param>
/// <param name="reason">Reason for the error. Several reasons are sent as an array.</param>
internal sealed class ApiException(int status, string error, params string[] reason) : Exception(string.Join(' ', reason))
{
    public int Status { get; } = status;

    public string Error { get; } = error;

    public IReadOnlyList<string> Reason { get; } = reason;

    public static ApiException NotFound() => new(StatusCodes.Status404NotFound, "Object Not Found", "Not Found");

    /// <summary>The reply to a PUT or POST in a virtual host that does not exist.</summary>
    public static ApiException NoVirtualHost() => new(StatusCodes.Status404NotFound, "not_found", "vhost_not_found");

    public static ApiException BadRequest(params string[] reason) => new(StatusCodes.Status400BadRequest, "bad_request", reason);

    public static ApiException Forbidden(string reason) => new(StatusCodes.Status403Forbidden, "forbidden", reason);

    /// <summary>The reply after an unexpected exception. The log contains the exception.</summary>
    public static ApiException Unexpected() =>
        new(StatusCodes.Status500InternalServerError, "internal_server_error", "unexpected error; the broker's log says more");

    public static ApiException NotAuthorized(string reason) => new(StatusCodes.Status401Unauthorized, "not_authorized", reason);
}
