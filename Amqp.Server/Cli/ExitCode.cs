namespace Amqp.Server.Cli;

/// <summary>What the process ends with. From 64 on they are those of sysexits.h, which <c>rabbitmqctl</c> uses too.</summary>
internal static class ExitCode
{
    /// <summary>All is well; the broker was stopped.</summary>
    public const int Ok = 0;

    /// <summary>The command line is not understood, or the broker cannot start.</summary>
    public const int Failure = 1;

    /// <summary>The data folder that was to be verified is damaged.</summary>
    public const int Damaged = 1;

    /// <summary>Options or arguments that cannot be: <c>EX_USAGE</c>.</summary>
    public const int Usage = 64;

    /// <summary>The broker refuses what it was given: <c>EX_DATAERR</c>.</summary>
    public const int Refused = 65;

    /// <summary>There is no such queue, user or whatever was named: <c>EX_NOUSER</c>.</summary>
    public const int NotFound = 67;

    /// <summary>The broker cannot be reached, cannot do it now, or cannot do it at all: <c>EX_UNAVAILABLE</c>.</summary>
    public const int Unavailable = 69;

    /// <summary>The broker failed: <c>EX_SOFTWARE</c>.</summary>
    public const int Software = 70;

    /// <summary>No answer in time: <c>EX_TEMPFAIL</c>.</summary>
    public const int TemporaryFailure = 75;

    /// <summary>The user may not do that, or cannot log in: <c>EX_NOPERM</c>.</summary>
    public const int NoPermission = 77;

    /// <summary>Ctrl-C, as shells have it.</summary>
    public const int Interrupted = 130;

    /// <summary>The configuration has errors: <c>EX_CONFIG</c>.</summary>
    public const int Configuration = 78;
}
