namespace Amqp.Server.Cluster.Coordination;

/// <summary>The coordinator did not answer within the time limit, or it refused a request.</summary>
internal class CoordinatorUnavailableException(string message, Exception? cause = null) : IOException(message, cause);
