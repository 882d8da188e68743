namespace Amqp.Server.Bench;

/// <summary>Declares the queues of a load before the load starts, and deletes them afterwards, even if the load fails.</summary>
internal static class LoadSession
{
    /// <summary>Declares the queues, runs the load and deletes the queues.</summary>
    /// <param name="load">Settings of the load.</param>
    /// <param name="keep">True to keep the queues and the exchange.</param>
    /// <param name="work">Runs the load. The second argument is the broker's product and version.</param>
    /// <exception cref="LoadException">The broker cannot be reached, refused a request, or failed under the load.</exception>
    public static T Run<T>(Workload load, bool keep, Func<LoadTopology, string, T> work)
    {
        var topology = new LoadTopology(load);
        string broker = With(load.Broker, connection =>
        {
            topology.Declare(connection);
            return connection.Product;
        });
        T report;
        try
        {
            report = work(topology, broker);
        }
        catch (LoadException)
        {
            try
            {
                Delete(load.Broker, topology, keep);
            }
            catch (LoadException)
            {
                // The exception of the load is thrown instead.
            }
            throw;
        }
        Delete(load.Broker, topology, keep);
        return report;
    }

    /// <summary>Opens a connection, passes it to a function, and closes it afterwards.</summary>
    public static T With<T>(BrokerAddress address, Func<LoadConnection, T> work)
    {
        using LoadConnection connection = LoadConnection.Open(address);
        T result = work(connection);
        connection.CloseConnection();
        return result;
    }

    private static void Delete(BrokerAddress address, LoadTopology topology, bool keep)
    {
        if (keep)
            return;
        With(address, connection =>
        {
            topology.Delete(connection);
            return true;
        });
    }
}
