using Amqp.Server.Logging;

namespace Amqp.Server.Hosting;

/// <summary>Stops the broker when standard input ends, as when its parent process ends. A thread waits for the end of the input.</summary>
internal sealed class StandardInput(IHostApplicationLifetime lifetime, ILogger<StandardInput> logger)
{
    /// <summary>Stops the broker as soon as standard input closes. What arrives before is ignored.</summary>
    public void StopWhenClosed() => new Thread(Watch) { IsBackground = true, Name = "Standard input" }.Start();

    private void Watch()
    {
        try
        {
            using Stream input = Console.OpenStandardInput();
            byte[] ignored = new byte[256];
            while (input.Read(ignored) > 0)
            {
            }
        }
        catch (IOException)
        {
            // A terminal or socket that has failed is closed too.
        }
        logger.StandardInputClosed();
        lifetime.StopApplication();
    }
}
