namespace Amqp.Server.Cli;

/// <summary>What the process ends with.</summary>
internal static class ExitCode
{
    /// <summary>All is well; the broker was stopped.</summary>
    public const int Ok = 0;

    /// <summary>The command line is not understood, or the broker cannot start.</summary>
    public const int Failure = 1;

    /// <summary>The data folder that was to be verified is damaged.</summary>
    public const int Damaged = 1;

    /// <summary>The configuration has errors: <c>EX_CONFIG</c> of sysexits.h.</summary>
    public const int Configuration = 78;
}
