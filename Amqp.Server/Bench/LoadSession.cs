namespace Amqp.Server.Bench;

/// <summary>Sees to it that the queues of a load are there before it and gone after it, whatever happens.</summary>
internal static class LoadSession
{
    /// <summary>Declares, does the work and deletes.</summary>
    /// <param name="load">The load.</param>
    /// <param name="keep">Whether queues and exchange stay.</param>
    /// <param name="work">Is given the names, and what the broker calls itself.</param>
    /// <exception cref="LoadException">The broker is not there, refuses, or what the work throws.</exception>
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
                // What went wrong first is what to tell.
            }
            throw;
        }
        Delete(load.Broker, topology, keep);
        return report;
    }

    /// <summary>Does something on a connection of its own.</summary>
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
