


namespace Amqp.Server.Broker.Faults;

/// <summary>The system clock. Its timers catch the exceptions of callbacks, because such an exception would end the process.</summary>
internal sealed class ContainedTimers(ContainedFaults faults) : TimeProvider
{
    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        string place = $"a timer of {callback.Method.DeclaringType?.Name}";
        return base.CreateTimer(Call, state, dueTime, period);

        void Call(object? given)
        {
            try
            {
                callback(given);
            }
            catch (Exception error)
            {
                faults.Note(Compartment.Broker, place, error);
            }
        }
    }
}
