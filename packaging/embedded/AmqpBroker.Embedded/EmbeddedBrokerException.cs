namespace AmqpBroker.Embedded;

/// <summary>The broker did not start, has ended, or refused a request. The message contains the reason.</summary>
public sealed class EmbeddedBrokerException : Exception
{
    /// <summary>Creates an exception.</summary>
    /// <param name="message">Reason, for the developer who reads the output of a test.</param>
    /// <param name="log">Lines that the broker printed.</param>
    /// <param name="innerException">Cause; null if there is none.</param>
    public EmbeddedBrokerException(string message, IReadOnlyList<string> log, Exception? innerException = null)
        : base(message, innerException)
    {
        Log = log;
    }

    /// <summary>The last 10,000 lines that the broker printed before the exception, the oldest first.</summary>
    public IReadOnlyList<string> Log { get; }

    /// <summary>HTTP status code of the refused request; null if the broker refused no request.</summary>
    public int? StatusCode { get; internal set; }
}
