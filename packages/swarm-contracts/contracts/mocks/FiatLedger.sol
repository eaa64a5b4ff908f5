// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

/// @title The ledger and the offices of a regulated dollar
/// @notice The half of MockUSDC without signatures: balances, allowances, minters, pause, blacklist.
/// @dev Storage: balance and blacklist flag share a word, as in FiatTokenV2_2, so gas figures are near the real ones:
///   _balances[account]   | blacklisted 1 | balance 255 |
abstract contract FiatLedger {
    string public constant name = "USD Coin";
    string public constant symbol = "USDC";
    string public constant currency = "USD";
    uint8 public constant decimals = 6;

    uint256 private constant BLACKLISTED = 1 << 255;

    address public owner; // appoints the three others
    address public pauser;
    address public blacklister;
    address public masterMinter; // appoints minters
    bool public paused;
    uint256 public totalSupply;

    mapping(address account => uint256) private _balances;
    mapping(address holder => mapping(address spender => uint256)) public allowance;
    mapping(address account => bool) public isMinter;
    mapping(address minter => uint256) public minterAllowance;

    event Transfer(address indexed from, address indexed to, uint256 value);
    event Approval(address indexed owner, address indexed spender, uint256 value);
    event Mint(address indexed minter, address indexed to, uint256 amount);
    event Burn(address indexed burner, uint256 amount);
    event MinterConfigured(address indexed minter, uint256 minterAllowedAmount);
    event MinterRemoved(address indexed oldMinter);
    event Pause();
    event Unpause();
    event Blacklisted(address indexed account);
    event UnBlacklisted(address indexed account);
    event OwnershipTransferred(address previousOwner, address newOwner);
    event PauserChanged(address indexed newAddress);
    event BlacklisterChanged(address indexed newBlacklister);
    event MasterMinterChanged(address indexed newMasterMinter);

    modifier only(address office, string memory refusal) {
        require(msg.sender == office, refusal);
        _;
    }

    modifier onlyMinters() {
        require(isMinter[msg.sender], "FiatToken: caller is not a minter");
        _;
    }

    modifier whenNotPaused() {
        require(!paused, "Pausable: paused");
        _;
    }

    modifier notBlacklisted(address account) {
        require(!isBlacklisted(account), "Blacklistable: account is blacklisted");
        _;
    }

    constructor() {
        owner = pauser = blacklister = masterMinter = msg.sender;
    }

    // ERC-20. Approving needs no clean record; spending does, of all three.

    function balanceOf(address account) public view returns (uint256) {
        return _balances[account] & ~BLACKLISTED;
    }

    function isBlacklisted(address account) public view returns (bool) {
        return _balances[account] & BLACKLISTED != 0;
    }

    function transfer(address to, uint256 value)
        external
        whenNotPaused
        notBlacklisted(msg.sender)
        notBlacklisted(to)
        returns (bool)
    {
        _transfer(msg.sender, to, value);
        return true;
    }

    /// @notice Unlike many tokens, an allowance of 2^256-1 is spent down as any other.
    function transferFrom(address from, address to, uint256 value)
        external
        whenNotPaused
        notBlacklisted(msg.sender)
        notBlacklisted(from)
        notBlacklisted(to)
        returns (bool)
    {
        uint256 allowed = allowance[from][msg.sender];
        require(value <= allowed, "ERC20: transfer amount exceeds allowance");
        _transfer(from, to, value);
        allowance[from][msg.sender] = allowed - value;
        return true;
    }

    function approve(address spender, uint256 value) external whenNotPaused returns (bool) {
        _approve(msg.sender, spender, value);
        return true;
    }

    function increaseAllowance(address spender, uint256 increment) external whenNotPaused returns (bool) {
        _approve(msg.sender, spender, allowance[msg.sender][spender] + increment);
        return true;
    }

    function decreaseAllowance(address spender, uint256 decrement) external whenNotPaused returns (bool) {
        uint256 allowed = allowance[msg.sender][spender];
        require(decrement <= allowed, "ERC20: decreased allowance below zero");
        _approve(msg.sender, spender, allowed - decrement);
        return true;
    }

    // Minters

    function mint(address to, uint256 amount)
        external
        whenNotPaused
        onlyMinters
        notBlacklisted(msg.sender)
        notBlacklisted(to)
        returns (bool)
    {
        require(to != address(0), "FiatToken: mint to the zero address");
        require(amount != 0, "FiatToken: mint amount not greater than 0");
        uint256 allowed = minterAllowance[msg.sender];
        require(amount <= allowed, "FiatToken: mint amount exceeds minterAllowance");
        totalSupply += amount;
        _setBalance(to, balanceOf(to) + amount);
        minterAllowance[msg.sender] = allowed - amount;
        emit Mint(msg.sender, to, amount);
        emit Transfer(address(0), to, amount);
        return true;
    }

    /// @notice Only a minter can burn, and only its own: there is no public burn.
    function burn(uint256 amount) external whenNotPaused onlyMinters notBlacklisted(msg.sender) {
        require(amount != 0, "FiatToken: burn amount not greater than 0");
        uint256 balance = balanceOf(msg.sender);
        require(balance >= amount, "FiatToken: burn amount exceeds balance");
        totalSupply -= amount;
        _setBalance(msg.sender, balance - amount);
        emit Burn(msg.sender, amount);
        emit Transfer(msg.sender, address(0), amount);
    }

    function configureMinter(address minter, uint256 allowed)
        external
        whenNotPaused
        only(masterMinter, "FiatToken: caller is not the masterMinter")
        returns (bool)
    {
        isMinter[minter] = true;
        minterAllowance[minter] = allowed;
        emit MinterConfigured(minter, allowed);
        return true;
    }

    function removeMinter(address minter)
        external
        only(masterMinter, "FiatToken: caller is not the masterMinter")
        returns (bool)
    {
        isMinter[minter] = false;
        minterAllowance[minter] = 0;
        emit MinterRemoved(minter);
        return true;
    }

    // Offices

    function pause() external only(pauser, "Pausable: caller is not the pauser") {
        paused = true;
        emit Pause();
    }

    function unpause() external only(pauser, "Pausable: caller is not the pauser") {
        paused = false;
        emit Unpause();
    }

    function blacklist(address account) external only(blacklister, "Blacklistable: caller is not the blacklister") {
        _balances[account] |= BLACKLISTED;
        emit Blacklisted(account);
    }

    function unBlacklist(address account) external only(blacklister, "Blacklistable: caller is not the blacklister") {
        _balances[account] &= ~BLACKLISTED;
        emit UnBlacklisted(account);
    }

    function transferOwnership(address next) external only(owner, "Ownable: caller is not the owner") {
        require(next != address(0), "Ownable: new owner is the zero address");
        emit OwnershipTransferred(owner, next);
        owner = next;
    }

    function updatePauser(address next) external only(owner, "Ownable: caller is not the owner") {
        require(next != address(0), "Pausable: new pauser is the zero address");
        pauser = next;
        emit PauserChanged(next);
    }

    function updateBlacklister(address next) external only(owner, "Ownable: caller is not the owner") {
        require(next != address(0), "Blacklistable: new blacklister is the zero address");
        blacklister = next;
        emit BlacklisterChanged(next);
    }

    function updateMasterMinter(address next) external only(owner, "Ownable: caller is not the owner") {
        require(next != address(0), "FiatToken: new masterMinter is the zero address");
        masterMinter = next;
        emit MasterMinterChanged(next);
    }

    // What the signatures' half uses

    function _transfer(address from, address to, uint256 value) internal virtual {
        require(from != address(0), "ERC20: transfer from the zero address");
        require(to != address(0), "ERC20: transfer to the zero address");
        uint256 balance = balanceOf(from);
        require(value <= balance, "ERC20: transfer amount exceeds balance");
        _setBalance(from, balance - value);
        _setBalance(to, balanceOf(to) + value);
        emit Transfer(from, to, value);
    }

    function _approve(address holder, address spender, uint256 value) internal {
        require(holder != address(0), "ERC20: approve from the zero address");
        require(spender != address(0), "ERC20: approve to the zero address");
        allowance[holder][spender] = value;
        emit Approval(holder, spender, value);
    }

    /// @dev Nobody whose balance changes is blacklisted here: each caller has checked.
    function _setBalance(address account, uint256 balance) private {
        require(balance < BLACKLISTED, "FiatTokenV2_2: Balance exceeds (2^255 - 1)");
        _balances[account] = balance;
    }
}
