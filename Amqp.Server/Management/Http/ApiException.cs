namespace Amqp.Server.Management.Http;

/// <summary>A request that is answered with an error, in RabbitMQ's form: <c>{"error":...,"reason":...}</c>.</summary>
/// <param name="status">The HTTP status.</param>
/// <param name="error">RabbitMQ's word for the kind of error.</param>
/// <param name="reason">What went wrong; where RabbitMQ names several things, it sends them as an array.</param>
internal sealed class ApiException(int status, string error, params string[] reason) : Exception(string.Join(' ', reason))
{
    public int Status { get; } = status;

    public string Error { get; } = error;

    public IReadOnlyList<string> Reason { get; } = reason;

    public static ApiException NotFound() => new(StatusCodes.Status404NotFound, "Object Not Found", "Not Found");

    /// <summary>A virtual host that something shall be made in is not there.</summary>
    public static ApiException NoVirtualHost() => new(StatusCodes.Status404NotFound, "not_found", "vhost_not_found");

    public static ApiException BadRequest(params string[] reason) => new(StatusCodes.Status400BadRequest, "bad_request", reason);

    public static ApiException Forbidden(string reason) => new(StatusCodes.Status403Forbidden, "forbidden", reason);

    /// <summary>An exception that nobody foresaw; the log has it.</summary>
    public static ApiException Unexpected() => new(StatusCodes.Status500InternalServerError, "internal_server_error", "unexpected error; the broker's log says more");

    public static ApiException NotAuthorized(string reason) => new(StatusCodes.Status401Unauthorized, "not_authorized", reason);
}
