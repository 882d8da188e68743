using System.Text.Json;

namespace Amqp.Server.Cluster.Coordination;

/// <summary>An error that etcd has answered.</summary>
/// <param name="code">Code of gRPC.</param>
/// <param name="message">Text of the error.</param>
internal sealed class EtcdErrorException(int code, string message) : CoordinatorUnavailableException(message)
{
    private const int InvalidArgument = 3, NotFound = 5, PermissionDenied = 7, FailedPrecondition = 9, OutOfRange = 11;
    private const int Unauthenticated = 16;

    /// <summary>True if every member of etcd would give this answer. False if another member may accept the request.</summary>
    public bool IsFinal =>
        code is InvalidArgument or NotFound or PermissionDenied or FailedPrecondition or OutOfRange or Unauthenticated;

    /// <summary>True if a key or a lease does not exist.</summary>
    public bool IsNotFound => code == NotFound;

    /// <summary>True if the state of etcd does not permit the request: a lease exists already, or etcd needs no login.</summary>
    public bool IsFailedPrecondition => code == FailedPrecondition;

    /// <summary>True if the token is missing or has expired, or was issued before users or roles were changed. A new login helps.</summary>
    public bool NeedsLogin =>
        code == Unauthenticated || (code == InvalidArgument && (Has("auth store is old") || Has("user name is empty")));

    /// <summary>Reads the error of an answer: of a request, or of an element of a stream.</summary>
    /// <returns>Null if the answer is no error.</returns>
    public static EtcdErrorException? Of(JsonElement answer)
    {
        if (!answer.TryGetProperty("error", out var error) && !answer.TryGetProperty("message", out _))
            return null;
        var fields = error.ValueKind == JsonValueKind.Object ? error : answer;
        string text = fields.TryGetProperty("message", out var message) ? message.ToString() : error.ToString();
        int number = fields.TryGetProperty("code", out var code) || fields.TryGetProperty("grpc_code", out code) ? code.GetInt32() : 0;
        return new EtcdErrorException(number, text);
    }

    private bool Has(string text) => Message.Contains(text, StringComparison.Ordinal);
}
