using Amqp.Protocol;

namespace Amqp.Tests.Protocol;

public class ConfirmAndTxMethodsTests
{
    [Test]
    public void Confirm_select_carries_a_flag() =>
        GoldenBytes.AssertAre(new ConfirmSelect(NoWait: true), "0055" + "000A", "01");

    [Test]
    public void Confirm_select_ok_carries_nothing() =>
        GoldenBytes.AssertAre(new ConfirmSelectOk(), "0055" + "000B");

    [Test]
    public void Tx_methods_carry_nothing()
    {
        GoldenBytes.AssertAre(new TxSelect(), "005A" + "000A");
        GoldenBytes.AssertAre(new TxSelectOk(), "005A" + "000B");
        GoldenBytes.AssertAre(new TxCommit(), "005A" + "0014");
        GoldenBytes.AssertAre(new TxCommitOk(), "005A" + "0015");
        GoldenBytes.AssertAre(new TxRollback(), "005A" + "001E");
        GoldenBytes.AssertAre(new TxRollbackOk(), "005A" + "001F");
    }
}
