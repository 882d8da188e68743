using Amqp.Server.Logging;

namespace Amqp.Server.Hosting;

/// <summary>
/// Stops the broker when its standard input ends, for example because the parent process has ended. A thread reads the input.
/// </summary>
internal sealed class StandardInput(IHostApplicationLifetime lifetime, ILogger<StandardInput> logger)
{
    /// <summary>Starts the thread that stops the broker when standard input ends. The thread ignores the input itself.</summary>
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
            // A failed read counts as the end of the input.
        }
        logger.StandardInputClosed();
        lifetime.StopApplication();
    }
}
