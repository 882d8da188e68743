using Amqp.Server.Broker.Faults;

namespace Amqp.Server.Connections;

/// <summary>Catches, counts and logs the unexpected exceptions of one connection. Thread-safe.</summary>
/// <param name="faults">Counts and logs the exceptions.</param>
/// <param name="connection">The connection's name.</param>
internal sealed class ConnectionFaults(ContainedFaults faults, string connection)
{
    private string Place => $"connection {connection}";

    public void Note(Exception error) => faults.Note(Compartment.Connection, Place, error);

    /// <summary>Runs a step. An exception is caught, counted and logged.</summary>
    public void Contain(Action step) => faults.Contain(Compartment.Connection, Place, step);
}
